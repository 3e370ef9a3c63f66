import {matchesSearch} from './search-match.js';

/**
 * @import {Session} from './session.js'
 * @import {BookRequest} from './types.js'
 *
 * @typedef {object} Filter
 * @property {number} creatorId
 * @property {string} [status]
 * @property {string} [q]
 * @property {boolean} [mine] only the user's own
 */

const PAGE_SIZE = 30;
/** How many of the user's own are worth reading further pages for, where others' stand between them. */
const MIN_OWN_ITEMS = 10;

/**
 * A live, paged list of requests, newest first. The pages read so far determine how far back it reaches; what it shows
 * within that reach is derived from the store, so an item comes, changes and leaves by itself and cannot stand there twice.
 */
export class RequestList {
  /** Ids the server found for the search; what is new since is matched here. @type {Set<number>} */
  #found = new Set();
  #reach = Infinity;
  /** @type {string | null} */
  #cursor = null;
  #generation = -1;
  #run = 0;
  /** Which page was asked for last. @type {string | null} */
  #reading = null;
  #requestNumber = 0;
  loading = false;
  /** @type {Error | null} */
  error = null;

  /** @param {Session} session @param {Filter} filter @param {() => void} changed */
  constructor(session, filter, changed) {
    this.session = session;
    this.filter = filter;
    this.changed = changed;
  }

  get hasMore() {
    return this.#cursor !== null;
  }

  /** Whether the first page has come. */
  get loaded() {
    return this.#reach !== Infinity;
  }

  /** Whether a snapshot has replaced what this list was loaded under. */
  get outdated() {
    return this.#generation !== this.session.store.generation && !this.loading;
  }

  /** @param {Set<number>} [kept] ids shown whatever their status has become, such as one that is being answered */
  items(kept = new Set()) {
    const wanted = [...this.session.store.requests.values()].filter((request) => this.#ofThisList(request) && (kept.has(request.id) || this.#matches(request)));
    return wanted.sort((a, b) => b.id - a.id);
  }

  async load() {
    await this.session.ready;
    await this.#pages(null);
  }

  async loadMore() {
    if (this.hasMore && !this.loading) await this.#pages(this.#cursor);
  }

  /** Reads again what could not be read. */
  retry() {
    return this.#pages(this.#reading);
  }

  /** @param {string | null} cursor */
  async #pages(cursor) {
    const run = ++this.#run;
    const before = cursor === null ? 0 : this.items().length;
    await this.#page(cursor);
    while (this.filter.mine && run === this.#run && this.hasMore && !this.error && this.items().length < before + MIN_OWN_ITEMS) await this.#page(this.#cursor);
  }

  /** @param {string | null} cursor */
  async #page(cursor) {
    const turn = ++this.#requestNumber;
    this.#reading = cursor;
    this.#generation = this.session.store.generation;
    this.loading = true;
    this.error = null;
    this.changed();
    try {
      const {creatorId, status, q} = this.filter;
      const page = await this.session.api.bookRequests({creator_id: creatorId, status, q, limit: PAGE_SIZE, cursor});
      if (turn !== this.#requestNumber) return;
      this.#keep(page, cursor === null);
    } catch (error) {
      if (turn === this.#requestNumber) this.error = /** @type {Error} */ (error);
    } finally {
      if (turn === this.#requestNumber) this.loading = false;
      this.changed();
    }
  }

  /** @param {import('./types.js').Page<BookRequest>} page @param {boolean} first */
  #keep({items, next_cursor}, first) {
    if (first) this.#found = new Set();
    for (const {id} of items) this.#found.add(id);
    this.#cursor = next_cursor;
    this.#reach = next_cursor === null ? 0 : Math.min(first ? Infinity : this.#reach, ...items.map(({id}) => id));
    this.session.store.keepRequests(items);
  }

  /** @param {BookRequest} request */
  #ofThisList(request) {
    const {creatorId, mine} = this.filter;
    return request.creator_id === creatorId && request.id >= this.#reach && (!mine || request.user_id === this.session.me.user.id);
  }

  /** @param {BookRequest} request */
  #matches(request) {
    const {status, q} = this.filter;
    if (status && request.status !== status) return false;
    return !q || this.#found.has(request.id) || matchesSearch([request.title, request.author, request.isbn, request.note, request.user_name], q);
  }
}
