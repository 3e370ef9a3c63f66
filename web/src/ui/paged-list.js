/**
 * @import {ReactiveControllerHost} from 'lit'
 */

const REFRESH_DELAY = 600;

/**
 * A paged answer of the server, held by an element: the first page, more on demand, and all of it read again when
 * something live says that it has changed.
 *
 * @template T
 */
export class PagedList {
  /** @type {T[]} */
  items = [];
  /** @type {string | null} */
  cursor = null;
  loading = true;
  /** Whether more was asked for: what is shown may be read again meanwhile, and at other times. */
  growing = false;
  /** Whether there was an answer; only before it is there a stand-in for the items. */
  loaded = false;
  /** @type {Error | null} */
  error = null;
  /** Reads again what could not be read. */
  retry = () => this.load();
  #requestNumber = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #refreshTimer;

  /**
   * @param {ReactiveControllerHost} host
   * @param {(cursor: string | null) => Promise<{items: T[], next_cursor?: string | null}>} fetch
   */
  constructor(host, fetch) {
    this.host = host;
    this.fetch = fetch;
    host.addController(this);
  }

  hostConnected() {}

  hostDisconnected() {
    clearTimeout(this.#refreshTimer);
    this.#refreshTimer = undefined;
  }

  /** @param {number} [atLeast] reads on until so many are there */
  load(atLeast = 0) {
    return this.#read([], null, atLeast);
  }

  async more() {
    this.growing = true;
    await this.#read(this.items, this.cursor, 0);
    this.growing = false;
    this.host.requestUpdate();
  }

  /** Reads again what is shown; several reasons in a short time cost one reading. */
  scheduleRefresh() {
    this.#refreshTimer ??= setTimeout(() => {
      this.#refreshTimer = undefined;
      this.load(this.items.length);
    }, REFRESH_DELAY);
  }

  /** @param {T[]} before @param {string | null} start @param {number} atLeast */
  async #read(before, start, atLeast) {
    let cursor = start;
    const turn = ++this.#requestNumber;
    this.retry = () => this.#read(before, start, atLeast);
    this.loading = true;
    this.host.requestUpdate();
    try {
      let items = before;
      do {
        const page = await this.fetch(cursor);
        if (turn !== this.#requestNumber) return;
        items = [...items, ...page.items];
        cursor = page.next_cursor ?? null;
      } while (cursor !== null && items.length < atLeast);
      Object.assign(this, {items, cursor, loaded: true, error: null});
    } catch (error) {
      if (turn === this.#requestNumber) this.error = /** @type {Error} */ (error);
    } finally {
      if (turn === this.#requestNumber) this.loading = false;
      this.host.requestUpdate();
    }
  }
}
