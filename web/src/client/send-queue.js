import {ownName} from '../base-path.js';
import {Backoff} from './backoff.js';
import {newKey} from './http.js';

/**
 * @typedef {object} Parcel
 * @property {string} key its Idempotency-Key: however often it is sent, it is done once
 * @property {'ask' | 'reply' | 'respond'} kind
 * @property {any} content
 * @property {number} [requestId] which a reply belongs to
 * @property {number} after the newest id known when it was written: its own will be higher
 * @property {number} at when it was written, ms since 1970
 * @property {number} [until] before this it can be taken back and is not sent by itself, ms since 1970
 * @property {{code: string, message: string}} [problem] why it is not sent by itself: it was refused, or is `too_old`
 *
 * @typedef {object} Sending
 * @property {number} userId
 * @property {(parcel: Parcel) => Promise<unknown>} send
 * @property {() => boolean} isAway whether sending is useless just now
 * @property {(parcel: Parcel, error: any) => boolean} [giveBack] told of what is refused; true where its words are in their field again
 * @property {Storage} [storage]
 * @property {LockManager} [locks]
 */

/** The server knows a key for 48 hours. What is older may have been done and is not sent again unasked, ms. */
const SURE_FOR = 40 * 3_600_000;
const TOO_OLD = {code: 'too_old', message: ''};
const LEAST_PAUSE = 3_000;
const NOT_NOW = new Set([0, 401, 429, 502, 503, 504]);

/**
 * What a user has written and the server has not confirmed: kept by the browser until it is, across reloads and for
 * all tabs, sent in its order as soon as the server is there. A lock for each parcel keeps two tabs from sending it at
 * once; where there are none its key does.
 *
 * Events: `change`; `sent` (detail: `{parcel, answer}`).
 */
export class Outbox extends EventTarget {
  #backoff = new Backoff();
  /** @type {Set<string>} what this tab is sending */
  #underWay = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;
  #ended = new AbortController();

  /** @param {Sending} parts */
  constructor({userId, send, isAway, giveBack = () => false, storage = localStorage, locks = globalThis.navigator?.locks}) {
    super();
    this.name = `${ownName('bookbell.outbox')}.${userId}`;
    this.send = send;
    this.isAway = isAway;
    this.giveBack = giveBack;
    this.storage = storage;
    this.locks = locks;
    globalThis.addEventListener?.('storage', ({key}) => key === this.name && this.#changed(), {signal: this.#ended.signal});
  }

  /** @returns {Parcel[]} in the order they were written */
  get parcels() {
    return JSON.parse(this.storage.getItem(this.name) ?? '[]');
  }

  /** @param {Parcel} parcel whether it is on its way just now */
  isUnderWay({key}) {
    return this.#underWay.has(key);
  }

  /**
   * Sends something, now or as soon as it can be; it is kept first. Fails where the server refuses it, and keeps
   * nothing then.
   *
   * @param {Omit<Parcel, 'at'>} wanted
   * @returns {Promise<unknown>} what the server answered, or undefined where it waits
   */
  async post(wanted) {
    const parcel = {...wanted, at: Date.now()};
    const waits = this.isAway() || this.parcels.some((one) => !one.problem && !isHeld(one) && one.key !== parcel.key);
    if (!waits) this.#underWay.add(parcel.key); // from the first look at it
    this.#store([...this.parcels.filter(({key}) => key !== parcel.key), parcel]);
    if (waits) {
      this.flush();
      return undefined;
    }
    return this.#deliver(parcel, (error) => {
      this.remove(parcel.key);
      throw error;
    });
  }

  /** Keeps something that can be taken back for so long, then sends it. @param {Omit<Parcel, 'at' | 'until'>} wanted @param {number} ms */
  hold(wanted, ms) {
    const at = Date.now();
    this.#store([...this.parcels, {...wanted, at, until: at + ms}]);
    this.#flushAfter(ms);
  }

  /** Sends what could still be taken back, now or in so many ms. @param {string[]} keys @param {number} [ms] @returns {Promise<unknown>} when each was tried */
  release(keys, ms = 0) {
    const until = Date.now() + ms;
    this.#store(this.parcels.map((one) => (keys.includes(one.key) ? {...one, until} : one)));
    return this.flush();
  }

  /** Sends what waits, one after the other, until something cannot be sent. */
  async flush() {
    clearTimeout(this.#later);
    const held = this.parcels.filter(isHeld).map(({until}) => /** @type {number} */ (until));
    if (held.length) this.#flushAfter(Math.min(...held) - Date.now());
    for (const parcel of this.parcels) {
      if (this.isAway() || this.#ended.signal.aborted) return;
      if (parcel.problem || isHeld(parcel) || this.isUnderWay(parcel)) continue;
      if (Date.now() - parcel.at > SURE_FOR) this.#refuse(parcel, TOO_OLD);
      else await this.#deliver(parcel, (error) => this.#refuse(parcel, error));
      if (this.parcels.some(({key, problem}) => key === parcel.key && !problem)) return;
    }
  }

  /** Sends again what was refused or has waited for too long. @param {Parcel} parcel */
  again(parcel) {
    const {problem, ...rest} = parcel;
    this.#store(this.parcels.map((one) => (one.key === parcel.key ? {...rest, key: newKey(), at: Date.now()} : one)));
    return this.flush();
  }

  /** @param {string} key */
  remove(key) {
    this.#store(this.parcels.filter((one) => one.key !== key));
  }

  /** The session has ended; what waits is kept. */
  stop() {
    this.#ended.abort();
    clearTimeout(this.#later);
  }

  /** The user has signed out: nothing of theirs stays behind. */
  clear() {
    this.storage.removeItem(this.name);
    this.#changed();
  }

  /** @param {Parcel} parcel @param {(error: any) => void} refused @returns {Promise<unknown>} */
  async #deliver(parcel, refused) {
    if (!this.locks) return this.#trySending(parcel, refused);
    return this.locks.request(this.#lockOf(parcel), {ifAvailable: true}, (lock) => {
      if (lock) return this.#trySending(parcel, refused);
      this.#flushAfter(LEAST_PAUSE); // the tab that is sending it may be closed before it's done
      return undefined;
    });
  }

  /** @param {Parcel} parcel */
  #lockOf({key}) {
    return `${this.name}.${key}`;
  }

  /** @param {Parcel} parcel @param {(error: any) => void} refused */
  async #trySending(parcel, refused) {
    if (!this.parcels.some(({key}) => key === parcel.key)) return undefined; // another tab has sent or removed it
    this.#mark(parcel, true);
    try {
      const answer = await this.send(parcel);
      this.#backoff.reset();
      this.remove(parcel.key);
      this.dispatchEvent(new CustomEvent('sent', {detail: {parcel, answer}}));
      return answer;
    } catch (error) {
      if (!NOT_NOW.has(/** @type {any} */ (error).status)) return refused(error);
      this.#flushAfter(LEAST_PAUSE + this.#backoff.next());
      return undefined;
    } finally {
      this.#mark(parcel, false);
    }
  }

  /** @param {Parcel} parcel @param {boolean} on */
  #mark({key}, on) {
    if (on) this.#underWay.add(key);
    else this.#underWay.delete(key);
    this.#changed();
  }

  /** @param {number} ms */
  #flushAfter(ms) {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.flush(), ms);
  }

  /** @param {Parcel} parcel @param {any} error */
  #refuse(parcel, error) {
    if (this.giveBack(parcel, error)) return this.remove(parcel.key);
    const problem = {code: error.code, message: error.message};
    this.#store(this.parcels.map((one) => (one.key === parcel.key ? {...one, problem} : one)));
  }

  /** @param {Parcel[]} parcels */
  #store(parcels) {
    if (parcels.length) this.storage.setItem(this.name, JSON.stringify(parcels));
    else this.storage.removeItem(this.name);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** @param {Parcel} parcel whether it can still be taken back */
function isHeld({until}) {
  return until !== undefined && until > Date.now();
}
