/**
 * @import {Session} from '../client/session.js'
 * @import {ServerMessage} from '../client/types.js'
 */

/** How often it is said again, ms. */
const RENEW_INTERVAL = 10_000;
/** How long what a colleague said holds, ms. */
const EXPIRES_AFTER = 21_000;

/** @type {WeakMap<Session, TypingPresence>} */
const known = new WeakMap();

/** @param {Session} session @returns {TypingPresence} the one of this session */
export function typingPresenceOf(session) {
  const made = known.get(session) ?? new TypingPresence(session);
  known.set(session, made);
  return made;
}

/**
 * Who of the team is answering which request just now: what the others say, and saying it oneself.
 *
 * Event: `change`.
 */
export class TypingPresence extends EventTarget {
  /** @type {Map<number, {name: string, request: number, timer: ReturnType<typeof setTimeout>}>} by user */
  #others = new Map();
  #mine = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #renewing;

  /** @param {Session} session */
  constructor(session) {
    super();
    this.session = session;
    session.addEventListener('message', (event) => this.#onMessage(/** @type {CustomEvent} */ (event).detail));
    session.addEventListener('ended', () => this.stop());
    addEventListener('pagehide', () => this.stop(), {capture: true}); // before the connection is let go
  }

  /** The names of those who answer each request. @returns {Map<number, string>} */
  get byRequest() {
    /** @type {Map<number, string[]>} */
    const names = new Map();
    for (const {name, request} of this.#others.values()) names.set(request, [...(names.get(request) ?? []), name]);
    return new Map([...names].map(([request, all]) => [request, all.join(', ')]));
  }

  /** @param {number} request that this user is answering */
  start(request) {
    if (this.#mine === request) return;
    this.#mine = request;
    clearInterval(this.#renewing);
    this.#renewing = setInterval(() => this.#announce(request), RENEW_INTERVAL);
    this.#announce(request);
  }

  /** @param {number} [request] only if it is this one */
  stop(request = this.#mine) {
    if (!this.#mine || this.#mine !== request) return;
    this.#mine = 0;
    clearInterval(this.#renewing);
    this.#announce(null);
  }

  /** @param {number | null} request */
  #announce(request) {
    this.session.client.sendTransient({type: 'answering', book_request_id: request});
  }

  /** @param {ServerMessage} message */
  #onMessage(message) {
    if (message.type !== 'answering') return;
    const {user, book_request_id} = message;
    this.#removeColleague(user.user_id);
    if (book_request_id !== null) {
      const timer = setTimeout(() => {
        this.#removeColleague(user.user_id);
        this.dispatchEvent(new Event('change'));
      }, EXPIRES_AFTER);
      this.#others.set(user.user_id, {name: user.name, request: book_request_id, timer});
    }
    this.dispatchEvent(new Event('change'));
  }

  /** @param {number} user */
  #removeColleague(user) {
    clearTimeout(this.#others.get(user)?.timer);
    this.#others.delete(user);
  }
}
