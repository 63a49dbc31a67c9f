/** A state of the order. `version` only increases. */
export interface OrderUpdate {
  readonly type: 'order.updated';
  readonly orderId: string;
  /** More may be added. */
  readonly status:
    | 'awaiting_payment'
    | 'payment_failed'
    | 'paid'
    | 'partially_refunded'
    | 'refunded'
    | 'canceled'
    | (string & {});
  readonly version: number;
  /** The status for people, in the language of `lang`. */
  readonly message: string;
  /** When the order reached this state: ISO 8601, UTC. */
  readonly at: string;
}

/**
 * - `connecting`: a connection is being opened
 * - `open`: updates arrive
 * - `waiting`: the connection was lost; the follower connects again by itself
 * - `closed`: it has ended and does not connect again
 */
export type FollowState = 'connecting' | 'open' | 'waiting' | 'closed';

export interface FollowOptions {
  /** OrderService's address, such as `https://orders.example`. A path in it is kept. */
  url: string | URL;
  orderId: string;
  /** The order's secret. It is sent as a header or as a subprotocol, never in a URL. */
  clientSecret: string;
  /** Ends following. Loops end without an error. */
  signal?: AbortSignal;
  /** The language of `message`: `en` or `ru`. The browser's languages otherwise. */
  lang?: string;
  /** Ends when the order cannot be paid any more: `paid`, `partially_refunded`, `refunded`, `canceled`. */
  untilFinal?: boolean;
}

/** The service refused for good: the client secret does not give access to the order. */
export class FollowError extends Error {
  readonly name: 'FollowError';
  readonly status: 401 | 404;
  /** The code of the problem, such as `unauthorized` or `not_found`, if the answer had one. */
  readonly code?: string;
}

export interface OrderFollowerEvents {
  /** A newer state of the order. */
  update: CustomEvent<OrderUpdate>;
  state: CustomEvent<FollowState>;
  /** The service refused for good. The state becomes `closed`. Lost connections are no errors. */
  error: CustomEvent<FollowError>;
}

/**
 * Follows one order until it is closed. A loop over it gets the newest state at once and then newer ones; a slow loop skips versions.
 * Leaving the loop closes the follower.
 */
export interface OrderFollower extends EventTarget, AsyncIterable<OrderUpdate> {
  /** The newest state, once there is one. */
  readonly current?: OrderUpdate;
  readonly error?: FollowError;
  readonly state: FollowState;
  readonly transport: 'websocket' | 'sse';

  /** Ends following, as the signal does. */
  close(): void;

  [Symbol.asyncIterator](): AsyncGenerator<OrderUpdate, void, void>;

  addEventListener<K extends keyof OrderFollowerEvents>(
    type: K,
    listener: (event: OrderFollowerEvents[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/**
 * Follows an order: it connects, and connects again after every loss.
 *
 * @throws TypeError `url` is no address.
 */
export function followOrder(options: FollowOptions): OrderFollower;
