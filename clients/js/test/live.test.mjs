// Behavior that depends on time or on the browser, with the platform's clock, network and events replaced.
// The tests against the real service are in PaymentFlow.Tests.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';

const ORDER = '0199a000-0000-7000-8000-000000000000';
const SECRET = 'top-secret';

let sockets, requests, answer, page;

class FakeSocket {
  constructor(address, protocols) {
    Object.assign(this, { address, protocols, isClosed: false, sent: [] });
    sockets.push(this);
  }

  close() { this.isClosed = true; }

  send(data) { this.sent.push(data); }

  deliver(...versions) {
    if (!this.isOpen) this.onopen?.();
    this.isOpen = true;
    for (const version of versions) this.onmessage?.({ data: JSON.stringify(frame(version)) });
  }

  lose() { this.onclose?.(); }
}

const frame = (version, status = 'awaiting_payment') =>
  ({ type: 'order.updated', orderId: ORDER, status, version, message: status, at: '2026-01-01T00:00:00Z' });

const json = (status, body = {}, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });

/** An event stream that begins with the texts and ends, as that of a real fetch, when the request is aborted. */
const stream = ({ signal }, ...texts) => new Response(
  new ReadableStream({
    start(controller) {
      for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
      signal.addEventListener('abort', () => controller.error(signal.reason));
    },
  }),
  { headers: { 'Content-Type': 'text/event-stream' } });

/** Lets everything happen that needs no time to pass. */
const settle = async () => { for (let i = 0; i < 20; i++) await new Promise(setImmediate); };
const pass = async milliseconds => {
  await settle();
  mock.timers.tick(milliseconds);
  await settle();
};

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] });
  mock.method(Math, 'random', () => 0.5);
  [sockets, requests, answer, page] = [[], [], () => Promise.reject(new TypeError('no network')), new EventTarget()];
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  Object.assign(globalThis, {
    WebSocket: FakeSocket,
    document,
    addEventListener: page.addEventListener.bind(page),
    fetch: async (address, options) => {
      requests.push({ address, ...options });
      return answer(address, options);
    },
  });
});

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

async function follow(options = {}) {
  const { followOrder } = await import('../index.js');
  const follower = followOrder({ url: 'http://orders.example', orderId: ORDER, clientSecret: SECRET, ...options });
  const seen = { versions: [], states: [], errors: [] };
  follower.addEventListener('update', ({ detail }) => seen.versions.push(detail.version));
  follower.addEventListener('state', ({ detail }) => seen.states.push(detail));
  follower.addEventListener('error', ({ detail }) => seen.errors.push(detail));
  await settle();
  return { follower, seen };
}

test('Stale, repeated and foreign frames change nothing', async () => {
  const { follower, seen } = await follow();
  sockets[0].deliver(2, 1, 2, 5, 4, 5, 6);
  for (const data of ['', '{', 'null', '[]', '{"type":"order.updated"}', '{"type":"other","version":99}'])
    sockets[0].onmessage({ data });
  assert.deepEqual(seen.versions, [2, 5, 6]);
  assert.equal(follower.current.version, 6);
  follower.close();
});

test('A new connection does not bring an older version back', async () => {
  const { follower, seen } = await follow();
  sockets[0].deliver(3);
  sockets[0].lose();
  await pass(1_000);
  sockets[1].deliver(2, 3, 4);
  assert.deepEqual(seen.versions, [3, 4]);
  assert.deepEqual(seen.states, ['open', 'waiting', 'connecting', 'open']);
  follower.close();
});

test('The secret is a subprotocol or a header and in no URL', async () => {
  const { follower } = await follow({ url: 'https://orders.example/base/', lang: 'ru' });
  assert.equal(sockets[0].address, `wss://orders.example/base/orders/${ORDER}/live?lang=ru`);
  assert.deepEqual(sockets[0].protocols, ['paymentflow.v1', `bearer.${SECRET}`]);
  sockets[0].lose();
  await settle();
  assert.equal(requests[0].address, `https://orders.example/base/orders/${ORDER}?lang=ru`);
  assert.equal(requests[0].headers.Authorization, `Bearer ${SECRET}`);
  follower.close();
});

test('The pauses grow to thirty seconds, each by chance shorter', async () => {
  const { follower } = await follow();
  const pauses = [];
  for (let tries = 1; tries <= 8; tries++) {
    sockets.at(-1).lose();
    await settle();
    let pause = 0;
    for (; sockets.length === tries; pause += 250) await pass(250);
    pauses.push(pause);
  }
  assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  follower.close();
});

test('After two failed handshakes while HTTP works it changes to an event stream and asks only for what it lacks', async () => {
  const { follower, seen } = await follow();
  sockets[0].deliver(2);
  sockets[0].lose();
  // Without HTTP there is nothing to change to.
  for (let i = 0; i < 5; i++) {
    await pass(30_000);
    sockets.at(-1).lose();
  }
  await settle();
  assert.equal(follower.transport, 'websocket');

  answer = (address, options) => address.endsWith('/events')
    ? stream(options, 'retry: 1000\n\nid: 3\nda', `ta: ${JSON.stringify(frame(3, 'paid'))}\n\n:\n\n`)
    : json(200);
  for (let i = 0; i < 2; i++) {
    await pass(30_000);
    assert.equal(follower.transport, 'websocket');
    sockets.at(-1).lose();
    await settle();
  }

  assert.equal(follower.transport, 'sse');
  assert.deepEqual(seen.versions, [2, 3]);
  assert.equal(follower.state, 'open');
  assert.equal(requests.at(-1).headers['Last-Event-ID'], '2');
  follower.close();
});

test('A WebSocket that opens and stays silent is a failed handshake', async () => {
  const { follower, seen } = await follow();
  answer = (address, options) =>
    address.endsWith('/events') ? stream(options, `data: ${JSON.stringify(frame(1))}\n\n`) : json(200);
  await pass(10_000);
  assert.ok(sockets[0].isClosed);
  await pass(1_000);
  await pass(10_000);
  assert.equal(follower.transport, 'sse');
  assert.deepEqual(seen.versions, [1]);
  follower.close();
});

test('A failed handshake of which only an error tells has failed at once', async () => {
  const { follower } = await follow();
  answer = () => json(404);
  sockets[0].onerror();
  await settle();
  assert.deepEqual([follower.state, follower.error.status], ['closed', 404]);
});

test('A silent event stream is opened again', async () => {
  delete globalThis.WebSocket;
  answer = (_, options) => stream(options, ':\n\n');
  const { follower, seen } = await follow();
  await pass(44_000);
  assert.equal(requests.length, 1);
  await pass(1_000);
  await pass(1_000);
  assert.equal(requests.length, 2);
  assert.deepEqual(seen.states, ['open', 'waiting', 'connecting', 'open']);
  assert.ok(requests[0].signal.aborted);
  follower.close();
});

test('It waits as long as the service asks', async () => {
  delete globalThis.WebSocket;
  answer = () => json(429, { code: 'too_many_connections' }, { 'Retry-After': '10' });
  const { follower, seen } = await follow();
  await pass(9_999);
  assert.equal(requests.length, 1);
  await pass(5_001);
  assert.equal(requests.length, 2);
  assert.deepEqual(seen.errors, []);
  follower.close();
});

for (const status of [401, 404]) {
  test(`It stops on ${status}`, async () => {
    answer = () => json(status, { code: 'refused', detail: 'No.' });
    const { follower, seen } = await follow();
    sockets[0].lose();
    await settle();
    assert.equal(follower.state, 'closed');
    assert.deepEqual(
      seen.errors.map(error => [error.name, error.status, error.code, error.message]), [['FollowError', status, 'refused', 'No.']]);
    await assert.rejects(async () => { for await (const _ of follower); }, { name: 'FollowError', status });
    await pass(60_000);
    assert.equal(sockets.length, 1);
  });
}

test('It stops at a final state only if asked', async () => {
  const [asked, other] = [await follow({ untilFinal: true }), await follow()];
  for (const socket of sockets) {
    socket.deliver(1);
    socket.onmessage({ data: JSON.stringify(frame(2, 'payment_failed')) });
    socket.onmessage?.({ data: JSON.stringify(frame(3, 'paid')) });
    socket.onmessage?.({ data: JSON.stringify(frame(4, 'refunded')) });
  }
  assert.deepEqual([asked.seen.versions, asked.follower.state, sockets[0].isClosed], [[1, 2, 3], 'closed', true]);
  assert.deepEqual([other.seen.versions, other.follower.state], [[1, 2, 3, 4], 'open']);
  const statuses = [];
  for await (const { status } of asked.follower) statuses.push(status);
  assert.deepEqual(statuses, ['paid']);
  other.follower.close();
});

test('A slow loop gets the newest state, and leaving it closes the connection', async () => {
  const { follower } = await follow();
  const versions = [];
  sockets[0].deliver(1, 2, 3);
  for await (const { version } of follower) {
    versions.push(version);
    if (version === 3) sockets[0].deliver(4, 5);
    if (version === 5) break;
  }
  assert.deepEqual(versions, [3, 5]);
  assert.deepEqual([follower.state, sockets[0].isClosed], ['closed', true]);
});

test('The signal ends loops without an error', async () => {
  const controller = new AbortController();
  const { follower } = await follow({ signal: controller.signal });
  sockets[0].deliver(1);
  for await (const _ of follower) controller.abort();
  assert.equal(follower.state, 'closed');
  const { seen } = await follow({ signal: controller.signal });
  assert.deepEqual([seen.states, sockets.length], [['closed'], 1]);
});

const wakeUps = {
  'online': () => page.dispatchEvent(new Event('online')),
  'pageshow from the page cache': () => page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true })),
  'resume after a freeze': () => document.dispatchEvent(new Event('resume')),
  'visibilitychange to visible': () => document.dispatchEvent(new Event('visibilitychange')),
};
for (const [name, wakeUp] of Object.entries(wakeUps)) {
  test(`${name} ends the pause at once`, async () => {
    const { follower } = await follow();
    for (let i = 0; i < 6; i++) {
      sockets.at(-1).lose();
      await pass(30_000);
    }
    sockets.at(-1).lose();
    await settle();
    const before = sockets.length;
    assert.equal(follower.state, 'waiting');
    wakeUp();
    await settle();
    assert.equal(sockets.length, before + 1);
    follower.close();
  });
}

test('A connection that may be dead is replaced, and one that was hidden for a moment is not', async () => {
  const { follower, seen } = await follow();
  const hide = async milliseconds => {
    document.visibilityState = 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
    await pass(milliseconds);
    document.visibilityState = 'visible';
    document.dispatchEvent(new Event('visibilitychange'));
    await settle();
  };
  sockets[0].deliver(1);
  await hide(5_000);
  assert.equal(sockets.length, 1);
  await hide(60_000);
  assert.equal(sockets.length, 2);
  assert.ok(sockets[0].isClosed);
  sockets[1].deliver(2);

  // The machine sleeps: no timer runs meanwhile.
  mock.timers.setTime(Date.now() + 3_600_000);
  await pass(30_000);
  assert.equal(sockets.length, 3);
  assert.deepEqual(seen.versions, [1, 2]);
  follower.close();
});

test('An open WebSocket sends an empty frame from time to time, and a closed one none', async () => {
  const { follower } = await follow();
  sockets[0].deliver(1);
  await pass(95_000);
  assert.deepEqual(sockets[0].sent, ['', '', '']);
  follower.close();
  await pass(95_000);
  assert.equal(sockets[0].sent.length, 3);
});

test('A page in the page cache has no connection', async () => {
  const { follower } = await follow();
  sockets[0].deliver(1);
  page.dispatchEvent(new Event('pagehide'));
  await pass(120_000);
  assert.deepEqual([sockets.length, sockets[0].isClosed, follower.state], [1, true, 'waiting']);
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await settle();
  assert.equal(sockets.length, 2);
  follower.close();
});

test('A closed follower listens to nothing and connects no more', async () => {
  const { follower } = await follow();
  follower.close();
  for (const wakeUp of Object.values(wakeUps)) wakeUp();
  await pass(600_000);
  assert.deepEqual([sockets.length, follower.state], [1, 'closed']);
});

test('An address that is none is refused at once', async () => {
  const { followOrder } = await import('../index.js');
  assert.throws(() => followOrder({ url: 'orders', orderId: ORDER, clientSecret: SECRET }), TypeError);
});
