import {matchesSearch} from '../client/search-match.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {BookRequest, ServerMessage, Status} from '../client/types.js'
 *
 * @typedef {'newest' | 'oldest' | 'updated'} Sort
 *
 * @typedef {object} InboxFilter
 * @property {number} creatorId
 * @property {Status | ''} status '' for all
 * @property {string} q
 * @property {number} userId 0 for all supporters
 * @property {Sort} sort
 */

const PAGE_SIZE = 100;
/** As many are read again at most when all has to be. */
const MAX_RELOADED = 1_000;

/**
 * A live list of requests in any order, read page by page as far as somebody has scrolled. It holds ids in their
 * order; a live message moves one id, so a list of many thousands costs no more than a short one.
 */
export class InboxList {
  /** @type {number[]} */
  ids = [];
  /** Where each id was put: what a live change must be compared with. @type {Map<number, number[]>} */
  #keys = new Map();
  /** What the server found, though the page may not know why. @type {Set<number>} */
  #found = new Set();
  /** What was changed while a page was on its way, which may not know of it. @type {Set<number>} */
  #meanwhile = new Set();
  /** @type {Set<number>} */
  #kept = new Set();
  /** @type {string | null} */
  #cursor = null;
  /** Where the last reading began; null for all. @type {string | null} */
  #reading = null;
  #requestNumber = 0;
  #generation = -1;
  loaded = false;
  loading = false;
  /** @type {Error | null} */
  error = null;

  /**
   * @param {Session} session @param {InboxFilter} filter
   * @param {(id: number) => Status | undefined} statusOf what an answer that waits will make of a request
   * @param {(from: number) => void} changed called with the first place that changed
   */
  constructor(session, filter, statusOf, changed) {
    this.session = session;
    this.filter = filter;
    this.statusOf = statusOf;
    this.changed = changed;
  }

  get hasMore() {
    return this.#cursor !== null;
  }

  /** Whether a snapshot has replaced what this list was loaded under. */
  get outdated() {
    return this.#generation !== this.session.store.generation && !this.loading;
  }

  async load() {
    await this.session.ready;
    await this.#read(null, Math.min(this.ids.length, MAX_RELOADED));
  }

  async loadMore() {
    if (this.hasMore && !this.loading) await this.#read(this.#cursor);
  }

  /** Reads again what could not be read. */
  retry() {
    return this.#reading === null ? this.load() : this.loadMore();
  }

  /** @param {string | null} cursor @param {number} [atLeast] reads on until so many are there */
  async #read(cursor, atLeast = 0) {
    const turn = ++this.#requestNumber;
    this.#reading = cursor;
    this.#generation = this.session.store.generation;
    this.loading = true;
    this.error = null;
    this.changed(this.ids.length);
    try {
      const {creatorId, status, q, userId, sort} = this.filter;
      /** @type {BookRequest[]} */
      const items = [];
      let next = cursor;
      do {
        const page = await this.session.api.bookRequests({
          creator_id: creatorId,
          status,
          q,
          user_id: userId || undefined,
          sort,
          limit: PAGE_SIZE,
          cursor: next,
        });
        if (turn !== this.#requestNumber) return;
        items.push(...page.items);
        next = page.next_cursor;
      } while (next !== null && items.length < atLeast);
      this.#keep({items, next_cursor: next}, cursor === null);
    } catch (error) {
      if (turn === this.#requestNumber) this.error = /** @type {Error} */ (error);
    } finally {
      if (turn === this.#requestNumber) this.loading = false;
      this.changed(this.ids.length);
    }
  }

  /** @param {import('../client/types.js').Page<BookRequest>} page @param {boolean} first */
  #keep({items, next_cursor}, first) {
    this.session.store.keepRequests(items);
    if (first) {
      this.ids = [];
      this.#keys.clear();
      this.#found.clear();
    }
    const from = this.ids.length;
    this.#cursor = next_cursor;
    this.loaded = true;
    for (const {id} of items) {
      this.#found.add(id);
      if (!this.#keys.has(id) && this.#fits(id)) this.#place(id);
    }
    for (const id of this.#meanwhile) this.refresh(id, this.#kept);
    this.#meanwhile.clear();
    this.changed(first ? 0 : from);
  }

  /** @param {ServerMessage} message @param {Set<number>} kept ids that stay where they are, whatever became of them */
  messageReceived(message, kept) {
    if (message.type !== 'book_request_update' || message.book_request.creator_id !== this.filter.creatorId) return;
    this.#kept = kept;
    if (this.loading) this.#meanwhile.add(message.book_request.id);
    this.refresh(message.book_request.id, kept);
  }

  /** Puts one request where it belongs by now, or takes it out. @param {number} id @param {Set<number>} kept */
  refresh(id, kept) {
    if (!this.loaded || (kept.has(id) && this.#keys.has(id))) return;
    this.#remove(id);
    if (this.#fits(id)) this.#place(id);
  }

  /** @param {number} id */
  #fits(id) {
    const request = this.session.store.requests.get(id);
    return request !== undefined && this.#matches(request);
  }

  /** @param {number} id */
  #remove(id) {
    const key = this.#keys.get(id);
    if (!key) return;
    const at = this.#find(key);
    this.#keys.delete(id);
    if (this.ids[at] === id) this.ids.splice(at, 1);
    this.changed(at);
  }

  /** @param {number} id */
  #place(id) {
    const request = /** @type {BookRequest} */ (this.session.store.requests.get(id));
    const key = this.#key(request);
    const at = this.#find(key);
    if (at === this.ids.length && this.hasMore && !this.#found.has(id)) return; // behind what was read so far
    this.#keys.set(id, key);
    this.ids.splice(at, 0, id);
    this.changed(at);
  }

  /** Smaller comes first. @param {BookRequest} request */
  #key({id, updated_at}) {
    if (this.filter.sort === 'oldest') return [id, id];
    if (this.filter.sort === 'updated') return [-Date.parse(updated_at), -id];
    return [-id, -id];
  }

  /** The first place whose key is not smaller. @param {number[]} key */
  #find(key) {
    let low = 0;
    let high = this.ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = /** @type {number[]} */ (this.#keys.get(this.ids[middle]));
      if (other[0] < key[0] || (other[0] === key[0] && other[1] < key[1])) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @param {BookRequest} request */
  #matches(request) {
    const {status, q, userId} = this.filter;
    if (status && (this.statusOf(request.id) ?? request.status) !== status) return false;
    if (userId && request.user_id !== userId) return false;
    return !q || this.#found.has(request.id) || matchesSearch([request.title, request.author, request.isbn, request.note, request.user_name], q);
  }
}
