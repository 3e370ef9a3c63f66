import {Backoff} from './backoff.js';
import {CLOSE, SILENT, TransportLadder} from './transport-ladder.js';

/**
 * @import {Socket} from './fallback-transports.js'
 * @import {LoadFallbacks} from './transport-ladder.js'
 * @import {ServerMessage} from './types.js'
 */

/**
 * @typedef {'connecting' | 'live' | 'catching-up' | 'offline' | 'signed-out'} ConnectionState
 * `offline` with a `retryAt` waits for its next attempt; without one it waits for the network.
 *
 * @typedef {object} ConnectionStatus
 * @property {ConnectionState} state
 * @property {number | null} retryAt when the next attempt starts, ms since 1970
 * @property {boolean} [refused] the way to the server lets no live connection through: it is read by other means, though it works
 * @property {string} [fallback] what stands in for the WebSocket, which the way to the server doesn't let through
 *
 * @typedef {object} ClientOptions
 * @property {string} url of the WebSocket, `ws:` or `wss:`, without query
 * @property {number} userId
 * @property {() => Promise<boolean>} [sessionEnded] asked after an attempt that never opened, because a browser does not
 *   tell a page that the upgrade was answered 401, and after the end of the session that a connection was opened with,
 *   because the cookie may hold a newer one
 * @property {new (url: string) => WebSocket} [WebSocket]
 * @property {LoadFallbacks} [loadFallbacks]
 * @property {() => number} [random]
 * @property {() => number} [now]
 */

/** All in ms. */
const OPEN_TIMEOUT = 15_000;
const PING_INTERVAL = 20_000;
const PONG_TIMEOUT = 10_000;
const ACK_DELAY = 3_000;
const SESSION_TIMEOUT = 10_000;
const STABLE_AFTER = 5_000;
const MAX_REQUESTED_DELAY = 120_000;
/** How long an open socket may send nothing before it is dropped, ms. After that has happened, the line may only be slow, and the next socket gets more. */
const GREETING_TIMEOUT = 6_000;
/** A connection that is open for so long has brought something after its greeting: a fallback that doesn't ends before, ms. */
const LASTING_AFTER = 60_000;
/** Whether every transport still is refused is tried so often, ms. */
const REFUSED_RETRY_INTERVAL = 30_000;

/**
 * One user's live connection. It knows nothing of books and nothing of the page: it keeps a socket open, and
 * hands on every message once and in order, by `(epoch, seq)`; a gap makes it resume instead.
 *
 * Events: `message` (detail: {@link ServerMessage}) and `state` (detail: {@link ConnectionStatus}).
 */
export class BookbellClient extends EventTarget {
  /** @type {Socket | null} */
  #socket = null;
  /** @type {{epoch: string, seq: number} | null} the last message handed on */
  #position = null;
  /** Whether `initial_data` or `resumed` has come; other messages before it are ignored. */
  #isGreeted = false;
  /** @type {number} where the replay under way will end */
  #replayEnd = 0;
  #acknowledged = 0;
  #started = false;
  #online = true;
  /** @type {ConnectionStatus} */
  #status = {state: 'offline', retryAt: null};
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();

  /** @param {ClientOptions} options */
  constructor({
    url,
    userId,
    sessionEnded = async () => false,
    WebSocket = globalThis.WebSocket,
    loadFallbacks = async () => null,
    random = Math.random,
    now = Date.now,
  }) {
    super();
    this.url = url;
    this.userId = userId;
    this.sessionEnded = sessionEnded;
    this.WebSocket = WebSocket;
    this.now = now;
    this.backoff = new Backoff({random});
    this.ladder = new TransportLadder({
      load: loadFallbacks,
      connectSocket: () => new this.WebSocket(this.#socketUrl()),
      onSocketWorking: () => this.#returnToSocket(),
    });
  }

  get status() {
    return this.#status;
  }

  get position() {
    return this.#position;
  }

  /** @param {{epoch: string, seq: number} | null} [position] from which to resume, where there is one */
  start(position = null) {
    this.#started = true;
    this.#position = position;
    this.#connect();
  }

  /** Ends the connection for good. */
  stop() {
    this.#started = false;
    this.#dropSocket();
    this.#setStatus('offline');
  }

  /** Sends a frame to the server; dropped if there is no connection. @param {object} frame */
  sendTransient(frame) {
    this.#send(frame);
  }

  /** Forgets the position and reconnects: the server answers with a fresh snapshot. */
  refresh() {
    this.#position = null;
    this.#reconnect(0);
  }

  /** The user came back or asks for it: a waiting client tries at once, a connected one makes sure that it is. */
  wake() {
    if (!this.#started || this.#status.state === 'signed-out') return;
    if (this.#socket === null) this.#connect();
    else if (this.#isGreeted) this.#sendPing();
  }

  /** @param {boolean} online what the platform says of the network */
  networkChanged(online) {
    this.#online = online;
    if (!this.#started || this.#status.state === 'signed-out') return;
    if (online) {
      if (!this.#isGreeted) this.ladder.climbToTop(); // another network has other proxies
      this.backoff.reset();
      this.wake();
    } else {
      this.#dropSocket();
      this.#setStatus('offline');
    }
  }

  #connect() {
    this.#dropSocket();
    if (!this.#online) return this.#setStatus('offline');
    if (!this.#isRefused) this.#setStatus('connecting');
    const Transport = this.ladder.fallback?.Socket ?? this.WebSocket;
    /** @type {Socket} */
    const socket = new Transport(this.#socketUrl());
    this.#socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#awaitGreeting();
    };
    socket.onprogress = () => this.#timers.has('open') && this.#awaitGreeting();
    socket.onmessage = (/** @type {any} */ {data}) => socket === this.#socket && this.#onFrame(data);
    socket.onclose = (/** @type {any} */ {code, reason}) => socket === this.#socket && this.#onClosed(code, reason, opened);
    this.#setTimer('open', OPEN_TIMEOUT, () => this.#onClosed(0, '', false));
  }

  #awaitGreeting() {
    this.#setTimer('open', GREETING_TIMEOUT * this.ladder.patience, () => this.#onClosed(0, '', false));
  }

  #socketUrl() {
    const query = new URLSearchParams({user_id: String(this.userId)});
    if (this.#position) query.set('since', `${this.#position.epoch}:${this.#position.seq}`);
    return `${this.url}?${query}`;
  }

  /** Closes the socket and ignores its later events. */
  #dropSocket() {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    const socket = this.#socket;
    this.#socket = null;
    this.#isGreeted = false;
    if (socket) socket.close();
    this.ladder.stopProbe();
  }

  /** @param {number} delay ms */
  #reconnect(delay) {
    this.#dropSocket();
    if (!this.#started) return;
    if (delay === 0) return this.#connect();
    this.#setStatus('offline', this.now() + delay);
    this.#setTimer('retry', delay, () => this.#connect());
  }

  /** @param {number} code @param {string} reason @param {boolean} opened */
  async #onClosed(code, reason, opened) {
    const greeted = this.#isGreeted;
    this.#dropSocket();
    let answers = false;
    if (!opened || !greeted || code === SILENT || code === CLOSE.SESSION_ENDED) {
      if (!this.#isRefused) this.#setStatus('connecting');
      const late = new Promise((_, fail) => this.#setTimer('ask', SESSION_TIMEOUT, fail));
      const ended = await Promise.race([this.sessionEnded(), late]).then(
        (over) => {
          answers = true;
          return over;
        },
        () => false,
      );
      if (!this.#started || this.#socket) return;
      if (ended) return this.#setStatus('signed-out');
    }
    if (this.ladder.countEnd(code, {greeted, answers})) return this.#stepDown();
    this.#reconnect(this.#delayAfter(code, reason));
  }

  get #isRefused() {
    return this.#status.refused === true;
  }

  async #stepDown() {
    await this.ladder.loadFallbacks();
    if (!this.#started || this.#socket) return;
    if (this.ladder.stepDown()) return this.#connect();
    this.#setStatus('offline', this.now() + REFUSED_RETRY_INTERVAL, true);
    this.#setTimer('retry', REFUSED_RETRY_INTERVAL, () => this.#connect());
  }

  /** A WebSocket works again. */
  #returnToSocket() {
    this.ladder.climbToTop();
    this.#reconnect(0);
  }

  /** @param {number} code @param {string} reason @returns {number} ms */
  #delayAfter(code, reason) {
    const drawn = this.backoff.next();
    switch (code) {
      case CLOSE.GOING_AWAY:
        return requestedDelay(reason) ?? drawn;
      case CLOSE.TOO_SLOW:
        return this.#immediatelyOrAfter(drawn);
      case CLOSE.TOO_MANY_MESSAGES:
        return Math.max(drawn, requestedDelay(reason) ?? PING_INTERVAL);
      default:
        return drawn;
    }
  }

  /** @param {unknown} data */
  #onFrame(data) {
    const message = parse(data);
    switch (message?.type) {
      case undefined:
        return;
      case 'initial_data':
        return this.#onGreeting(message, message.seq);
      case 'resumed':
        if (!this.#position || message.epoch !== this.#position.epoch) return this.refresh();
        return this.#onGreeting(message, this.#position.seq);
      case 'pong':
        return this.#onPong(message.seq);
      default:
        if (!this.#isGreeted) return;
        if (message.seq === undefined) this.#emitMessage(message);
        else this.#onNumbered(message);
    }
  }

  /** @param {any} greeting @param {number} seq where this client stands */
  #onGreeting(greeting, seq) {
    this.#isGreeted = true;
    this.ladder.onGreeting();
    this.#position = {epoch: greeting.epoch, seq};
    this.#replayEnd = greeting.seq;
    this.#acknowledged = 0;
    this.#clearTimer('open');
    this.#emitMessage(greeting);
    this.#setTimer('stable', STABLE_AFTER, () => this.backoff.reset());
    this.#setTimer('lasting', LASTING_AFTER, () => this.ladder.onLasting());
    this.#setTimer('ping', PING_INTERVAL, () => this.#sendPing());
    this.#setTimer('ack', ACK_DELAY, () => this.#sendAck());
    this.#setStatus(seq < this.#replayEnd ? 'catching-up' : 'live');
  }

  /** @param {any} message a numbered one */
  #onNumbered(message) {
    const position = /** @type {{epoch: string, seq: number}} */ (this.#position);
    if (message.seq <= position.seq) return;
    if (message.seq > position.seq + 1) return this.#resume();
    this.#position = {epoch: position.epoch, seq: message.seq};
    this.#emitMessage(message);
    if (!this.#timers.has('ack')) this.#setTimer('ack', ACK_DELAY, () => this.#sendAck());
    if (this.#status.state === 'catching-up' && message.seq >= this.#replayEnd) this.#setStatus('live');
  }

  /** Something was missed: the server still has it. */
  #resume() {
    this.#reconnect(this.#immediatelyOrAfter(this.backoff.next()));
  }

  /** @param {number} drawn @returns {number} no delay for the first trouble of a stable connection, then the drawn one */
  #immediatelyOrAfter(drawn) {
    return this.backoff.attempt <= 1 ? 0 : drawn;
  }

  #sendPing() {
    this.#setTimer('ping', PING_INTERVAL, () => this.#sendPing());
    if (!this.#timers.has('pong')) this.#setTimer('pong', PONG_TIMEOUT, () => this.#resume());
    this.#send({type: 'ping'});
  }

  /** @param {number | undefined} seq of the last numbered message that was sent before this answer */
  #onPong(seq) {
    this.#clearTimer('pong');
    if (this.#isGreeted && seq !== undefined && seq > (this.#position?.seq ?? 0)) this.#resume();
  }

  #sendAck() {
    const seq = this.#position?.seq ?? 0;
    if (seq > this.#acknowledged) this.#send({type: 'ack', seq});
    this.#acknowledged = seq;
  }

  /** @param {object} frame */
  #send(frame) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  /** @param {ServerMessage} message */
  #emitMessage(message) {
    this.dispatchEvent(new CustomEvent('message', {detail: message}));
  }

  /** @param {ConnectionState} state @param {number | null} [retryAt] @param {boolean} [refused] */
  #setStatus(state, retryAt = null, refused = false) {
    const fallback = this.#isGreeted ? this.ladder.fallback?.name : undefined;
    if (state === this.#status.state && retryAt === this.#status.retryAt && refused === this.#isRefused && fallback === this.#status.fallback) return;
    this.#status = {state, retryAt, ...(refused && {refused}), ...(fallback && {fallback})};
    this.dispatchEvent(new CustomEvent('state', {detail: this.#status}));
  }

  /** @param {string} name @param {number} ms @param {() => void} action */
  #setTimer(name, ms, action) {
    this.#clearTimer(name);
    this.#timers.set(
      name,
      setTimeout(() => {
        this.#timers.delete(name);
        action();
      }, ms),
    );
  }

  /** @param {string} name */
  #clearTimer(name) {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

/** @param {string} reason @returns {number | undefined} ms, where the server asks for a delay */
function requestedDelay(reason) {
  const asked = /^\s*(\d+)/.exec(reason);
  return asked ? Math.min(Number(asked[1]), MAX_REQUESTED_DELAY) : undefined;
}

/** @param {unknown} data @returns {any} the message, or undefined where this is none */
function parse(data) {
  if (typeof data !== 'string' || !data.startsWith('{')) return undefined;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
