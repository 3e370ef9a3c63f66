import {scopedName} from '../base-path.js';
import {Backoff} from './backoff.js';
import {newKey} from './http.js';

/**
 * @typedef {object} QueuedItem
 * @property {string} key its own
 * @property {string} [callKey] the Idempotency-Key of its last attempt: however often it is sent with it, it is done once
 * @property {'ask' | 'reply' | 'respond'} kind
 * @property {any} content
 * @property {number} [requestId] which a reply belongs to
 * @property {number} after the newest id known when it was written: its own will be higher
 * @property {number} at when it was written, ms since 1970
 * @property {number} [until] before this it can be taken back and is not sent by itself, ms since 1970
 * @property {{code: string, message: string, fields?: Record<string, string>}} [problem] why it is not sent by itself: it was refused, or is `too_old`
 *
 * @typedef {QueuedItem & {callKey: string}} SentItem
 *
 * @typedef {object} Sending
 * @property {number} userId
 * @property {(item: SentItem) => Promise<unknown>} send
 * @property {(item: QueuedItem) => any} [prepare] what an item's content is by now, asked before each attempt
 * @property {() => boolean} isAway whether sending is useless just now
 * @property {(item: QueuedItem, error: any) => boolean} [restoreRefused] told of what is refused; true where its words are in their field again
 * @property {Storage} [storage]
 * @property {LockManager} [locks]
 */

/** Items older than this, ms, are sent only if the user asks: the server forgets keys after 48 hours, so an older command might be executed twice. */
const KEY_VALID_FOR = 40 * 3_600_000;
const TOO_OLD = {code: 'too_old', message: ''};
const MIN_RETRY_DELAY = 3_000;
/** Statuses that don't say what the server thinks of the item. */
const RETRYABLE = new Set([0, 401, 429, 502, 503, 504]);

/**
 * What a user has written and the server has not confirmed: kept by the browser until it is, across reloads and for
 * all tabs, sent in its order as soon as the server is there. Each item is an entry of its own, because tabs don't see at
 * once what others store. A lock for each keeps two tabs from sending it at once; where there are none its key does.
 *
 * Events: `change`; `sent` (detail: `{item, answer}`).
 */
export class SendQueue extends EventTarget {
  #backoff = new Backoff();
  /** @type {Set<string>} what this tab is sending */
  #inFlight = new Set();
  /** @type {Set<string>} the keys in flight that something waits behind */
  #blocking = new Set();
  /** What the browser had no room for: this tab alone keeps it, by key. @type {Map<string, QueuedItem>} */
  #unstored = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #flushTimer;
  #ended = new AbortController();

  /** @param {Sending} parts */
  constructor({
    userId,
    send,
    isAway,
    prepare = ({content}) => content,
    restoreRefused = () => false,
    storage = localStorage,
    locks = globalThis.navigator?.locks,
  }) {
    super();
    this.name = `${scopedName('bookbell.outbox')}.${userId}`;
    this.send = send;
    this.isAway = isAway;
    this.prepare = prepare;
    this.restoreRefused = restoreRefused;
    this.storage = storage;
    this.locks = locks;
    this.#adoptList();
    globalThis.addEventListener?.('storage', ({key}) => key?.startsWith(this.name) && this.#notifyChange(), {signal: this.#ended.signal});
  }

  /** Earlier versions of the page kept all items in one entry. */
  #adoptList() {
    const list = JSON.parse(this.storage.getItem(this.name) ?? '[]');
    this.storage.removeItem(this.name);
    list.forEach(this.#keep, this);
  }

  /** @returns {QueuedItem[]} in the order they were written */
  get items() {
    const stored = Object.keys(this.storage)
      .filter((name) => name.startsWith(`${this.name}.`))
      .flatMap((name) => JSON.parse(this.storage.getItem(name) ?? '[]'));
    return [...stored.filter(({key}) => !this.#unstored.has(key)), ...this.#unstored.values()].sort((a, b) => a.at - b.at);
  }

  /** Now, as the time of no other item. */
  #time() {
    const taken = this.items.map(({at}) => at);
    let time = Date.now();
    while (taken.includes(time)) time++;
    return time;
  }

  /** @param {QueuedItem} item whether it is on its way just now */
  isInFlight({key}) {
    return this.#inFlight.has(key);
  }

  /**
   * Sends something, now or as soon as it can be; it is kept first. Fails where the server refuses it, and keeps
   * nothing then.
   *
   * @param {Omit<QueuedItem, 'at'>} wanted
   * @returns {Promise<unknown>} what the server answered, or undefined where it waits
   */
  async submit(wanted) {
    const item = {...wanted, at: this.#time()};
    const waits = this.isAway() || this.items.some((entry) => !entry.problem && !isHeld(entry) && entry.key !== item.key);
    if (!waits) this.#inFlight.add(item.key); // from the first look at it
    this.#keep(item);
    if (waits) {
      this.flush();
      return undefined;
    }
    return this.#deliver(item, (error) => {
      this.remove(item.key);
      throw error;
    });
  }

  /** Keeps something that can be taken back for so long, then sends it. @param {Omit<QueuedItem, 'at' | 'until'>} wanted @param {number} ms */
  hold(wanted, ms) {
    const at = this.#time();
    this.#keep({...wanted, at, until: at + ms});
    this.#scheduleFlush(ms);
  }

  /** Sends what could still be taken back. @param {string[]} keys @returns {Promise<unknown>} when each was tried */
  release(keys) {
    this.#endHold(keys);
    return this.flush();
  }

  /**
   * Sends what could still be taken back, because the page is hidden or left. It doesn't wait for a lock first, since no
   * code may run afterwards. The next page repeats the calls with the same keys and shows what became of them.
   *
   * @param {string[]} keys
   */
  sendBeforeUnload(keys) {
    if (keys.length) this.#endHold(keys);
    for (const item of this.items.filter((entry) => keys.includes(entry.key) && !isTooOld(entry))) {
      const attempt = this.#sendNow(item, (error) => this.#markRefused(item, error));
      this.locks?.request(this.#entryName(item), {ifAvailable: true}, () => attempt); // if the page was only hidden, it's sent by no other tab
    }
  }

  /** Sends what waits, one after the other, until something cannot be sent. What belongs together arrives in its order. */
  async flush() {
    clearTimeout(this.#flushTimer);
    const held = this.items.filter(isHeld).map(({until}) => /** @type {number} */ (until));
    if (held.length) this.#scheduleFlush(Math.min(...held) - Date.now());
    const inFlight = new Map();
    for (const item of this.items) {
      if (this.isAway() || this.#ended.signal.aborted) return;
      if (item.problem || isHeld(item)) continue;
      const before = inFlight.get(orderOf(item));
      if (before) this.#blocking.add(before);
      if (this.isInFlight(item)) inFlight.set(orderOf(item), item.key);
      if (before || this.isInFlight(item)) continue;
      if (isTooOld(item)) this.#markRefused(item, TOO_OLD);
      else await this.#deliver(item, (error) => this.#markRefused(item, error));
      if (this.items.some(({key, problem}) => key === item.key && !problem)) return;
    }
  }

  /**
   * Decides what is sent of an item. Its first attempt has its own key. If an attempt may have reached the server, that
   * key stands for what was sent then, so something else gets another one.
   *
   * @param {string} key
   * @returns {SentItem | undefined} undefined if another tab has sent or removed it
   */
  #begin(key) {
    const item = this.#find(key);
    if (!item) return undefined;
    const content = this.prepare(item);
    const isOther = item.callKey && JSON.stringify(content) !== JSON.stringify(item.content);
    const begun = {...item, content, callKey: isOther ? newKey() : (item.callKey ?? key)};
    this.#keep(begun);
    return begun;
  }

  /** @param {string[]} keys */
  #endHold(keys) {
    for (const key of keys) this.#change(key, {until: Date.now()});
  }

  /** Sends again what was refused or has waited for too long. @param {QueuedItem} item */
  retry(item) {
    const {problem, callKey, ...rest} = item;
    if (!this.#find(item.key)) return undefined;
    this.#keep({...rest, key: newKey(), at: this.#time()});
    this.remove(item.key);
    return this.flush();
  }

  /** @param {string} key */
  remove(key) {
    this.#unstored.delete(key);
    this.storage.removeItem(this.#entryName({key}));
    for (const item of [...this.#unstored.values()]) this.#keep(item); // there may be room now
    this.#notifyChange();
  }

  /** The session has ended; what waits is kept. */
  stop() {
    this.#ended.abort();
    clearTimeout(this.#flushTimer);
  }

  /** The user has signed out: nothing of theirs stays behind. */
  clear() {
    for (const {key} of this.items) this.remove(key);
  }

  /** @param {QueuedItem} item @param {(error: any) => void} refused @returns {Promise<unknown>} */
  async #deliver(item, refused) {
    if (!this.locks) return this.#sendNow(item, refused);
    return this.locks.request(this.#entryName(item), {ifAvailable: true}, (lock) => {
      if (lock) return this.#sendNow(item, refused);
      this.#scheduleFlush(MIN_RETRY_DELAY); // the tab that is sending it may be closed before it's done
      return undefined;
    });
  }

  /** Of its entry and its lock. @param {{key: string}} item */
  #entryName({key}) {
    return `${this.name}.${key}`;
  }

  /** @param {QueuedItem} item @param {(error: any) => void} refused */
  async #sendNow({key}, refused) {
    const item = this.#begin(key);
    if (!item) return undefined;
    this.#markInFlight(item, true);
    try {
      const answer = await this.send(item);
      this.#backoff.reset();
      this.remove(key);
      this.dispatchEvent(new CustomEvent('sent', {detail: {item, answer}}));
      return answer;
    } catch (error) {
      if (isRefusal(error)) return refused(error);
      this.#scheduleFlush(MIN_RETRY_DELAY + this.#backoff.next());
      return undefined;
    } finally {
      this.#markInFlight(item, false);
      const isGone = !this.items.some((entry) => entry.key === key && !entry.problem);
      if (this.#blocking.delete(key) && isGone) this.flush();
    }
  }

  /** @param {QueuedItem} item @param {boolean} on */
  #markInFlight({key}, on) {
    if (on) this.#inFlight.add(key);
    else this.#inFlight.delete(key);
    this.#notifyChange();
  }

  /** @param {number} ms */
  #scheduleFlush(ms) {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = setTimeout(() => this.flush(), ms);
  }

  /** @param {QueuedItem} item @param {any} error */
  #markRefused(item, error) {
    if (this.restoreRefused(item, error)) return this.remove(item.key);
    const problem = {code: error.code, message: error.message, fields: error.fields};
    this.#change(item.key, {problem});
  }

  /** @param {string} key @returns {QueuedItem | undefined} undefined if another tab has sent or removed it */
  #find(key) {
    return this.items.find((entry) => entry.key === key);
  }

  /** @param {string} key @param {Partial<QueuedItem>} change */
  #change(key, change) {
    const item = this.#find(key);
    if (item) this.#keep({...item, ...change});
  }

  /** @param {QueuedItem} item */
  #keep(item) {
    this.#unstored.delete(item.key);
    try {
      this.storage.setItem(this.#entryName(item), JSON.stringify(item));
    } catch {
      this.#unstored.set(item.key, item);
    }
    this.#notifyChange();
  }

  #notifyChange() {
    this.dispatchEvent(new Event('change'));
  }
}

/** Whether the server has refused an item; other errors, such as one of this page, leave it in the queue. @param {any} error */
function isRefusal({status}) {
  return status !== undefined && !RETRYABLE.has(status);
}

/** Whether the server may have forgotten its key. @param {QueuedItem} item */
function isTooOld({at}) {
  return Date.now() - at > KEY_VALID_FOR;
}

/** What has to arrive in the order it was written has the same value. @param {QueuedItem} item */
function orderOf({kind, key, requestId, content}) {
  if (kind === 'respond') return key;
  return kind === 'reply' ? `reply ${requestId}` : `ask ${content.creator_id}`;
}

/** @param {QueuedItem} item whether it can still be taken back */
function isHeld({until}) {
  return until !== undefined && until > Date.now();
}
