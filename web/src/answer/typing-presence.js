/**
 * @import {Session} from '../client/session.js'
 * @import {ServerMessage} from '../client/types.js'
 */

/** How often it is said again, ms. */
const RENEW_EVERY = 10_000;
/** How long what a colleague said holds, ms. */
const HOLDS_FOR = 21_000;

/** @type {WeakMap<Session, Answering>} */
const known = new WeakMap();

/** @param {Session} session @returns {Answering} the one of this session */
export function answeringOf(session) {
  const made = known.get(session) ?? new Answering(session);
  known.set(session, made);
  return made;
}

/**
 * Who of the team is answering which request just now: what the others say, and saying it oneself.
 *
 * Event: `change`.
 */
export class Answering extends EventTarget {
  /** @type {Map<number, {name: string, request: number, timer: ReturnType<typeof setTimeout>}>} by user */
  #others = new Map();
  #mine = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #renewing;

  /** @param {Session} session */
  constructor(session) {
    super();
    this.session = session;
    session.addEventListener('message', (event) => this.#heard(/** @type {CustomEvent} */ (event).detail));
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
    this.#renewing = setInterval(() => this.#say(request), RENEW_EVERY);
    this.#say(request);
  }

  /** @param {number} [request] only if it is this one */
  stop(request = this.#mine) {
    if (!this.#mine || this.#mine !== request) return;
    this.#mine = 0;
    clearInterval(this.#renewing);
    this.#say(null);
  }

  /** @param {number | null} request */
  #say(request) {
    this.session.client.say({type: 'answering', book_request_id: request});
  }

  /** @param {ServerMessage} message */
  #heard(message) {
    if (message.type !== 'answering') return;
    const {user, book_request_id} = message;
    this.#forget(user.user_id);
    if (book_request_id !== null) {
      const timer = setTimeout(() => {
        this.#forget(user.user_id);
        this.dispatchEvent(new Event('change'));
      }, HOLDS_FOR);
      this.#others.set(user.user_id, {name: user.name, request: book_request_id, timer});
    }
    this.dispatchEvent(new Event('change'));
  }

  /** @param {number} user */
  #forget(user) {
    clearTimeout(this.#others.get(user)?.timer);
    this.#others.delete(user);
  }
}
