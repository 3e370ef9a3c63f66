import {isFromServer} from './http.js';
import {SILENT} from './transport-ladder.js';
import {BASE_PATH} from '../base-path.js';

/**
 * What stands in for a WebSocket where a proxy lets none through: an event stream, and a long poll. To
 * {@link BookbellClient} each is a socket. Loaded when the first WebSocket is refused.
 *
 * @typedef {(address: string, options: RequestInit) => Promise<Response>} Fetch
 *
 * @typedef {Pick<WebSocket, 'readyState' | 'onopen'> & {onmessage: any, onclose: any, onprogress?: () => void, send: (text: string) => void, close: () => void}} Socket
 * what a WebSocket and its fallbacks have in common; a fallback calls `onprogress` when a part of something has come
 *
 * @typedef {object} Fallback
 * @property {string} name
 * @property {new (url: string) => any} Socket
 */

/** The server sends at least a comment every 15 seconds, ms. */
const STREAM_SILENCE = 40_000;
/** How long a poll waits, s. */
const POLL_WAIT = 25;
/** How much longer its answer may be on the way, ms. */
const POLL_SLACK = 15_000;
const POLL_LIMIT = 500;
/** An unchanged state is emitted again after this long, ms, in case a hint was missed between polls. */
const STATE_INTERVAL = 120_000;
/** How often a WebSocket is tried while something stands in for it, and how long it may take, ms. */
const PROBE_INTERVAL = 120_000;
const PROBE_TIMEOUT = 15_000;
/** The close code where no reason is given. */
const ABNORMAL = 1006;
/**
 * The close code for an HTTP status from the server. 401 is missing: the client checks the session itself, because a
 * proxy may answer 401 too.
 */
const CLOSE_CODES = new Map([
  [429, 4429],
  [503, 1001],
]);

/** The part of a WebSocket's interface that the client uses. */
class FallbackSocket {
  readyState = 0;
  /** @type {(() => void) | null} */
  onopen = null;
  /** @type {((event: {data: string}) => void) | null} */
  onmessage = null;
  /** @type {((event: {code: number, reason: string}) => void) | null} */
  onclose = null;
  /** @type {(() => void) | undefined} */
  onprogress = undefined;
  #abort = new AbortController();

  /** @param {string} url of the WebSocket, with the user and the position @param {Fetch} [fetch] */
  constructor(url, fetch = (...call) => globalThis.fetch(...call)) {
    this.fetch = fetch;
    const query = new URL(url, globalThis.location?.href).searchParams;
    this.userId = query.get('user_id');
    this.since = query.get('since');
    queueMicrotask(() => this.run().catch(() => this.end(ABNORMAL))); // when the subclass is complete, too
  }

  /** Reads until the end. @returns {Promise<void>} */
  async run() {}

  /** @param {string} text a frame for the server */
  send(text) {
    const frame = JSON.parse(text);
    if (frame.type === 'ack')
      this.request('/ack', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({seq: frame.seq})}).catch(() => {});
    if (frame.type === 'ping') this.emit({type: 'pong'}); // whether the server is there is found out without it
  }

  close() {
    this.readyState = 3;
    this.#abort.abort();
  }

  /**
   * Names the user whom the page shows, since somebody else may have signed in meanwhile.
   *
   * @param {string} path @param {RequestInit} [options]
   */
  request(path, options) {
    const headers = {...options?.headers, ...(this.userId && {'Bookbell-User': this.userId})};
    return this.fetch(`${BASE_PATH}/api/messages${path}`, {cache: 'no-store', signal: this.#abort.signal, ...options, headers});
  }

  open() {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.onopen?.();
  }

  /** @param {object} message */
  emit(message) {
    if (this.readyState === 1) this.onmessage?.({data: JSON.stringify(message)});
  }

  /** @param {number} code @param {string} [reason] */
  end(code, reason = '') {
    if (this.readyState === 3) return;
    this.close();
    this.onclose?.({code, reason});
  }

  /** @param {Response} response @returns {void} */
  endWith(response) {
    const code = isFromServer(response) ? CLOSE_CODES.get(response.status) : undefined;
    const seconds = Number(response.headers.get('Retry-After') ?? NaN);
    if (code === undefined) this.end(ABNORMAL);
    else this.end(code, Number.isNaN(seconds) ? '' : String(1000 * seconds));
  }
}

/** Server-sent events. Read without `EventSource`, which shows neither a status nor whether anything still comes. */
export class EventStreamSocket extends FallbackSocket {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;
  #unread = '';

  async run() {
    const response = await this.request(`/stream${this.since === null ? '' : `?since=${encodeURIComponent(this.since)}`}`, {
      headers: {Accept: 'text/event-stream'},
    });
    if (!isOfType(response, 'text/event-stream') || !response.body) return this.endWith(response);
    this.open();
    this.#listen();
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (let part = await reader.read(); !part.done && this.readyState === 1; part = await reader.read()) {
      this.#listen();
      this.onprogress?.();
      this.#read(decoder.decode(part.value, {stream: true}));
    }
    this.end(ABNORMAL);
  }

  close() {
    clearTimeout(this.#silence);
    super.close();
  }

  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.end(SILENT), STREAM_SILENCE);
  }

  /** @param {string} text */
  #read(text) {
    const events = (this.#unread + text).split('\n\n');
    this.#unread = /** @type {string} */ (events.pop());
    for (const event of events) {
      const data = event.split('\n').filter((line) => line.startsWith('data:'));
      if (data.length) this.#onEvent(JSON.parse(data.map((line) => line.slice('data:'.length)).join('\n')));
    }
  }

  /** @param {any} message */
  #onEvent(message) {
    if (message.type === 'close') this.end(message.code, message.reason);
    else this.emit(message);
  }
}

/** One request after the other: each is answered when there is something. */
export class LongPollSocket extends FallbackSocket {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #overdue;
  /** The newest state of each creator, which every answer repeats. @type {Map<number, string>} */
  #creatorStates = new Map();
  /** Since when they are collected, ms since 1970. */
  #statesSince = Date.now();

  async run() {
    for (let wait = 0; this.readyState < 2; wait = POLL_WAIT) {
      this.#overdue = setTimeout(() => this.end(ABNORMAL), 1000 * wait + POLL_SLACK);
      const response = await this.request(this.#query(wait));
      const answer = response.ok && isOfType(response, 'application/json') ? await response.json() : null;
      clearTimeout(this.#overdue);
      if (answer === null) return this.endWith(response);
      this.#onAnswer(answer);
    }
  }

  close() {
    clearTimeout(this.#overdue);
    super.close();
  }

  /** @param {number} wait s */
  #query(wait) {
    const query = new URLSearchParams({wait: String(wait), limit: String(POLL_LIMIT)});
    if (this.since !== null) query.set('since', this.since);
    return `?${query}`;
  }

  /** @param {{epoch: string, seq: number, messages: any[], unnumbered: any[], initial_data: any}} answer */
  #onAnswer({epoch, seq, messages, unnumbered, initial_data}) {
    const isFirst = this.readyState === 0;
    this.#forgetOldStates();
    for (const creator of initial_data?.creators ?? []) this.#isNews({type: 'creator_update', creator});
    const news = unnumbered.filter((message) => this.#isNews(message));
    this.open();
    this.since = `${epoch}:${seq}`;
    if (initial_data !== null) this.emit(initial_data);
    else if (isFirst) this.emit({type: 'resumed', epoch, seq});
    for (const message of [...messages, ...news]) this.emit(message);
  }

  #forgetOldStates() {
    if (Date.now() < this.#statesSince + STATE_INTERVAL) return;
    this.#creatorStates.clear();
    this.#statesSince = Date.now();
  }

  /** @param {any} message without a number @returns {boolean} false for a state that was in an answer before */
  #isNews({type, creator}) {
    if (type !== 'creator_update') return true;
    const state = JSON.stringify(creator);
    const isKnown = this.#creatorStates.get(creator.id) === state;
    this.#creatorStates.set(creator.id, state);
    return !isKnown;
  }
}

/** Tries a WebSocket from time to time while something stands in for it: one that brings a word from the server works. */
export class SocketProbe {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {() => WebSocket} connect @param {() => void} onWorking */
  constructor(connect, onWorking) {
    this.connect = connect;
    this.onWorking = onWorking;
  }

  tryLater() {
    this.stop();
    this.#timer = setTimeout(() => this.#tryNow(), PROBE_INTERVAL);
  }

  #tryNow() {
    const socket = this.connect();
    this.#socket = socket;
    socket.onmessage = () => socket === this.#socket && this.onWorking();
    socket.onclose = () => socket === this.#socket && this.tryLater();
    this.#timer = setTimeout(() => this.tryLater(), PROBE_TIMEOUT);
  }

  stop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}

/** @param {Response} response @param {string} type */
function isOfType(response, type) {
  return response.ok && (response.headers.get('Content-Type') ?? '').startsWith(type);
}

/** From the better to the worse. */
export const FALLBACKS = [
  {name: 'stream', Socket: EventStreamSocket},
  {name: 'poll', Socket: LongPollSocket},
];
