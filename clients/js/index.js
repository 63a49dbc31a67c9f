// @paymentflow/live follows one order. README.md says how to use it, index.d.ts what it guarantees.

const FIRST_WAIT = 1_000; // Milliseconds, as all of these.
const LONGEST_WAIT = 30_000;
const FIRST_FRAME = 10_000; // It comes at once, unless a proxy opens WebSockets and passes nothing on.
const SILENCE = 45_000; // The service writes to an event stream every 15 s.
const STABLE = 10_000; // A connection that lasted longer did not fail.
const HIDDEN = 30_000; // The WebSocket of a page that was hidden for longer may be dead without a sign.
const TICK = 30_000;
const ASLEEP = 150_000; // Browsers delay the timers of hidden pages by up to a minute. A timer that is later tells of a sleep.
const HANDSHAKES = 2; // After so many failed ones, while HTTP works, event streams replace WebSockets.
const FINAL = ['paid', 'partially_refunded', 'refunded', 'canceled'];

/** The service refused for good: `status` is 401 or 404. */
export class FollowError extends Error {
  constructor(status, { code, detail } = {}) {
    super(detail ?? `The service answered ${status}.`);
    Object.assign(this, { name: 'FollowError', status, code });
  }
}

export const followOrder = options => new OrderFollower(options);

class OrderFollower extends EventTarget {
  current;
  error;
  state = 'connecting';
  transport = globalThis.WebSocket ? 'websocket' : 'sse';

  #options;
  #closed = new AbortController();
  #disconnect = () => {};
  #wake = () => {};
  #hurry = false; // Connect again without a pause.
  #away = false; // The page is in the browser's page cache: do not connect.
  #failures = 0;
  #handshakes = 0; // Those that failed while HTTP worked.
  #waiting = []; // Iterators.

  constructor(options) {
    super();
    this.#options = options;
    this.#address(''); // Throws now, if it cannot be one.
    options.signal?.addEventListener('abort', () => this.close(), { signal: this.#closed.signal });
    // Later, so that the caller can add listeners first.
    queueMicrotask(() => options.signal?.aborted ? this.close() : this.#run());
  }

  close() {
    this.#enter('closed');
    this.#closed.abort();
    this.#disconnect();
    this.#wake();
  }

  async *[Symbol.asyncIterator]() {
    try {
      for (let seen = 0; ;) {
        if (this.current?.version > seen) {
          seen = this.current.version;
          yield this.current;
        } else if (this.state !== 'closed') {
          await new Promise(done => this.#waiting.push(done));
        } else if (this.error) {
          throw this.error;
        } else {
          return;
        }
      }
    } finally {
      this.close();
    }
  }

  async #run() {
    this.#listen();
    while (this.state !== 'closed') {
      let wait;
      this.#hurry = false;
      if (!this.#away) {
        this.#enter('connecting');
        const began = Date.now();
        const attempt = new AbortController();
        this.#disconnect = () => attempt.abort();
        try {
          wait = await (this.transport === 'sse' ? this.#stream(attempt) : this.#socket(attempt));
        } catch {
          // The network failed, or the attempt was aborted.
        }
        attempt.abort();
        if (Date.now() - began > STABLE) this.#failures = 0;
      }
      if (!this.#hurry) await this.#pause(wait);
    }
  }

  /** Full jitter: clients that lost their connections together do not come back together. */
  async #pause(wait = Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures++)) {
    if (this.state === 'closed') return;
    this.#enter('waiting');
    let timer;
    await new Promise(done => {
      this.#wake = done;
      if (!this.#away) timer = setTimeout(done, wait);
    });
    clearTimeout(timer);
  }

  async #socket(attempt) {
    const { signal } = attempt;
    const opened = await new Promise(done => {
      const address = this.#address('/live').replace(/^http/, 'ws');
      let socket;
      try {
        socket = new WebSocket(address, ['paymentflow.v1', `bearer.${this.#options.clientSecret}`]);
      } catch {
        return done(false); // The secret cannot be a subprotocol.
      }
      let opened = false;
      let beat;
      const end = () => {
        clearTimeout(timer);
        clearInterval(beat);
        socket.onopen = socket.onclose = socket.onerror = socket.onmessage = null;
        socket.close();
        done(opened);
      };
      const timer = setTimeout(end, FIRST_FRAME);
      signal.addEventListener('abort', end);
      socket.onclose = socket.onerror = end; // Node.js 20 does not report the close of a failed handshake.
      // The service ignores it. A connection that the network has forgotten fails by it, and would otherwise stay silent.
      socket.onopen = () => beat = setInterval(() => socket.send(''), TICK);
      socket.onmessage = ({ data }) => {
        clearTimeout(timer);
        opened = true;
        this.#enter('open');
        this.#take(data);
      };
    });
    if (opened) this.#handshakes = 0;
    if (opened || signal.aborted) return;
    // A browser does not tell why a handshake failed. A GET of the order does.
    const timer = setTimeout(() => attempt.abort(), FIRST_FRAME);
    try {
      if (!(await this.#get('', signal)).ok || ++this.#handshakes < HANDSHAKES) return;
    } finally {
      clearTimeout(timer);
    }
    this.transport = 'sse';
    this.#hurry = true;
  }

  /** Returns the pause that the service asks for, if it does. */
  async #stream(attempt) {
    let timer;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => attempt.abort(), SILENCE);
    };
    try {
      heard();
      const version = this.current && { 'Last-Event-ID': `${this.current.version}` };
      const response = await this.#get('/events', attempt.signal, { Accept: 'text/event-stream', ...version });
      if (!response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
        const seconds = +response.headers.get('Retry-After');
        return seconds > 0 ? seconds * 1_000 * (1 + Math.random()) : undefined;
      }
      this.#enter('open');
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ''; ;) {
        const { done, value } = await reader.read();
        if (done) return;
        heard();
        const lines = (text + value).split(/\r?\n/);
        text = lines.pop();
        // The service sends each update as one line.
        for (const line of lines) if (line.startsWith('data:')) this.#take(line.slice(5));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #get(path, signal, headers) {
    const response = await fetch(this.#address(path), {
      headers: { Authorization: `Bearer ${this.#options.clientSecret}`, ...headers }, cache: 'no-store', signal,
    });
    if (response.status === 401 || response.status === 404) {
      this.error = new FollowError(response.status, await response.json().catch(() => {}));
      this.#tell('error', this.error);
      this.close();
    }
    return response;
  }

  #address(path) {
    const { url, orderId, lang } = this.#options;
    const address = new URL(url, globalThis.location?.href);
    address.pathname = `${address.pathname.replace(/\/$/, '')}/orders/${encodeURIComponent(orderId)}${path}`;
    if (lang) address.searchParams.set('lang', lang);
    return address.href;
  }

  #take(data) {
    let update;
    try {
      update = JSON.parse(data);
    } catch {
      return;
    }
    if (update?.type !== 'order.updated' || !(update.version > (this.current?.version ?? 0)) || this.state === 'closed') return;
    this.current = update;
    this.#tell('update', update);
    if (this.#options.untilFinal && FINAL.includes(update.status)) this.close();
  }

  #enter(state) {
    if (this.state === state || this.state === 'closed') return;
    this.state = state;
    this.#tell('state', state);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
    for (const done of this.#waiting.splice(0)) done();
  }

  #reconnect() {
    this.#failures = 0;
    this.#hurry = true;
    this.#disconnect();
    this.#wake();
  }

  #listen() {
    const { signal } = this.#closed;
    const { document } = globalThis;
    const on = (target, type, act) => target?.addEventListener?.(type, act, { signal });
    on(globalThis, 'online', () => this.#reconnect());
    // A page with a connection cannot stay in the page cache.
    on(globalThis, 'pagehide', () => {
      this.#away = true;
      this.#disconnect();
    });
    on(globalThis, 'pageshow', ({ persisted }) => {
      this.#away = false;
      if (persisted) this.#reconnect();
    });
    on(document, 'resume', () => this.#reconnect());
    let hidden = Date.now();
    on(document, 'visibilitychange', () => {
      if (document.visibilityState !== 'visible') hidden = Date.now();
      else if (this.state === 'waiting' || Date.now() - hidden > HIDDEN) this.#reconnect();
    });
    let tick = Date.now();
    const ticks = setInterval(() => {
      if (Date.now() - tick > ASLEEP) this.#reconnect();
      tick = Date.now();
    }, TICK);
    signal.addEventListener('abort', () => clearInterval(ticks));
  }
}
