import {html, nothing} from 'lit';
import {Element, given} from '../ui/element.js';
import {phrase, say} from '../words/words.js';
import '../ui/time-ago.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {BookRequest, Receipt} from '../client/types.js'
 */

/** How soon it is looked again whether something has arrived, ms. */
const LOOK_AGAIN = 5_000;

/** Tells an admin whether the newest word to the supporter has reached one of their devices. */
export class RequestReceipt extends Element {
  static properties = {session: {attribute: false}, request: {attribute: false}, receipt: {state: true}};

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    super();
    /** @type {Session} */
    this.session = given();
    /** @type {BookRequest} */
    this.request = given();
    /** Of the newest thing that was done by somebody else than the supporter. @type {Receipt | undefined} */
    this.receipt = undefined;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has('request')) this.#look();
  }

  render() {
    if (!this.receipt) return nothing;
    const {received_at} = this.receipt;
    const {user_name} = this.request;
    return html`<p class="receipt" data-testid="request-receipt" data-received=${received_at !== null}>
      ${received_at
        ? phrase('receipt.reached', {name: user_name, time: html`<time-ago .time=${received_at}></time-ago>`})
        : say('receipt.waiting', {name: user_name})}
    </p>`;
  }

  async #look() {
    clearTimeout(this.#timer);
    const {id, user_id} = this.request;
    try {
      const {items} = await this.session.api.receipts(id);
      if (id !== this.request.id) return;
      this.receipt = items.findLast(({actor_id}) => actor_id !== user_id);
    } catch {
      // what is shown stays; the next look may have more luck
    }
    const done = !this.receipt || this.receipt.received_at !== null;
    if (this.isConnected && !done) this.#timer = setTimeout(() => this.#look(), LOOK_AGAIN);
  }
}

customElements.define('request-receipt', RequestReceipt);
