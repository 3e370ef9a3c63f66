import {html, nothing} from 'lit';
import {say} from '../words/words.js';
import {Element, given} from '../ui/element.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {BookRequest} from '../client/types.js'
 */

/** How soon it is looked again whether it was seen, ms. */
const LOOK_AGAIN = 5_000;

/** Tells a supporter whether the team has their word, while that is the newest; not who of the team. */
export class RequestSeen extends Element {
  static properties = {session: {attribute: false}, request: {attribute: false}, seen: {state: true}};

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    super();
    /** @type {Session} */
    this.session = given();
    /** @type {BookRequest} */
    this.request = given();
    /** @type {boolean | undefined} */
    this.seen = undefined;
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
    if (this.seen === undefined || !this.#haveLastWord) return nothing;
    return html`<p class="receipt" role="status" data-testid="request-seen" data-seen=${this.seen}>${say(this.seen ? 'receipt.team_seen' : 'receipt.team_waiting')}</p>`;
  }

  /** Whether nobody of the team has answered since: who answers has seen it. */
  get #haveLastWord() {
    const {replies, status, user_id} = this.request;
    const last = replies.at(-1);
    return last ? last.user_id === user_id : status === 'pending';
  }

  async #look() {
    clearTimeout(this.#timer);
    const {id} = this.request;
    try {
      const {items} = await this.session.api.seen(id);
      if (id !== this.request.id) return;
      this.seen = items.at(-1)?.seen;
    } catch {
      // what is shown stays; the next look may have more luck
    }
    if (this.isConnected && !this.seen) this.#timer = setTimeout(() => this.#look(), LOOK_AGAIN);
  }
}

customElements.define('request-seen', RequestSeen);
