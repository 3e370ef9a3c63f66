import {LightElement, required} from '../ui/base-elements.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {BookRequest} from '../client/types.js'
 */

/** Time between two polls, ms. */
const POLL_INTERVAL = 5_000;

/**
 * Shows whether the latest reply or decision has reached the other side, and polls until it has: devices report to the
 * server, which sends no message about it.
 *
 * @template T
 */
export class ReceiptElement extends LightElement {
  static properties = {session: {attribute: false}, request: {attribute: false}, receipt: {state: true}};

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    super();
    /** @type {Session} */
    this.session = required();
    /** @type {BookRequest} */
    this.request = required();
    /** Of the latest reply or decision; undefined before the first response, or if there is none. @type {T | undefined} */
    this.receipt = undefined;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has('request')) this.#checkReceipt();
  }

  /** Asks the server. @returns {Promise<T | undefined>} */
  async fetch() {
    throw new Error('not overridden');
  }

  /** Whether there is nothing more to come. */
  isFinal() {
    return true;
  }

  async #checkReceipt() {
    clearTimeout(this.#timer);
    const {id} = this.request;
    try {
      const receipt = await this.fetch();
      if (id !== this.request.id) return;
      this.receipt = receipt;
    } catch {
      // what is shown stays; the next look may have more luck
    }
    if (this.isConnected && !this.isFinal()) this.#timer = setTimeout(() => this.#checkReceipt(), POLL_INTERVAL);
  }
}
