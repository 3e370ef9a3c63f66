/** @import {Fallback, SocketProbe} from './fallback-transports.js' */

/**
 * @typedef {() => Promise<{FALLBACKS: Fallback[], SocketProbe: typeof SocketProbe} | null>} LoadFallbacks what is tried where a
 *   WebSocket is refused, the best first
 */

export const CLOSE = {GOING_AWAY: 1001, SESSION_ENDED: 4401, TOO_SLOW: 4408, TOO_MANY_MESSAGES: 4429};
/** A fallback through which nothing comes any more. */
export const SILENT = 4000;
/** After so many attempts without a word from the server, while it answers otherwise, a transport counts as refused. */
const REFUSED_AFTER_ATTEMPTS = 2;
/** With these the server itself refuses an attempt, so the way to it is free. */
const REFUSED_BY_SERVER = [CLOSE.GOING_AWAY, CLOSE.SESSION_ENDED, CLOSE.TOO_MANY_MESSAGES];

/** Which transport carries the connection: the WebSocket on top, and what stands in for it below. */
export class TransportLadder {
  /** @type {Fallback[]} */
  #fallbacks = [];
  /** How many of the better transports were refused: 0 is the WebSocket, 1 the first fallback. */
  #rung = 0;
  /** Tries a WebSocket while a fallback works. @type {SocketProbe | null} */
  #probe = null;
  /** Attempts in a row that brought no greeting, or fell silent. */
  #silentAttempts = 0;
  #fellSilent = false;

  /** @param {{load: LoadFallbacks, connectSocket: () => WebSocket, onSocketWorking: () => void}} options */
  constructor({load, connectSocket, onSocketWorking}) {
    this.load = load;
    this.connectSocket = connectSocket;
    this.onSocketWorking = onSocketWorking;
  }

  /** @returns {Fallback | undefined} what stands in for the WebSocket now */
  get fallback() {
    return this.#fallbacks[this.#rung - 1];
  }

  /** How many times as long the next greeting may take, as the line may be slow. */
  get patience() {
    return 1 + this.#silentAttempts;
  }

  /** The next attempt is made with a WebSocket. */
  climbToTop() {
    this.#rung = 0;
  }

  /** The server was heard. One that fell silent before must show that it stays. */
  onGreeting() {
    this.#silentAttempts = this.#fellSilent ? 1 : 0;
    if (this.fallback) this.#probe?.tryLater();
  }

  /** The connection has lasted longer than one through which nothing comes. */
  onLasting() {
    this.#fellSilent = false;
    this.#silentAttempts = 0;
  }

  /**
   * Counts how an attempt ended.
   *
   * @param {number} code @param {{greeted: boolean, answers: boolean}} attempt whether it was greeted, and whether the server answers otherwise
   * @returns {boolean} whether it is time to step down
   */
  countEnd(code, {greeted, answers}) {
    this.#fellSilent = answers && (code === SILENT || (this.#fellSilent && !greeted));
    if (!answers) this.#silentAttempts = 0;
    else if (code === SILENT || (!greeted && !REFUSED_BY_SERVER.includes(code))) this.#silentAttempts++;
    return this.#silentAttempts >= REFUSED_AFTER_ATTEMPTS;
  }

  /** The server answers, but not this way: a proxy refuses or swallows it. The next one gets one attempt. @returns {boolean} whether there is one */
  stepDown() {
    this.#fellSilent = false;
    this.#silentAttempts = REFUSED_AFTER_ATTEMPTS - 1;
    this.#rung = this.#rung < this.#fallbacks.length ? this.#rung + 1 : 0;
    return this.#rung > 0;
  }

  async loadFallbacks() {
    if (this.#probe) return;
    const loaded = await this.load().catch(() => null);
    if (loaded === null || this.#probe) return;
    this.#fallbacks = loaded.FALLBACKS;
    this.#probe = new loaded.SocketProbe(this.connectSocket, this.onSocketWorking);
  }

  stopProbe() {
    this.#probe?.stop();
  }
}
