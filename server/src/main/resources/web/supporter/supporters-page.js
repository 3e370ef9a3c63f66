import {html} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {SessionElement} from '../ui/element.js';
import {icon} from '../ui/icons.js';
import {listFoot} from '../ui/listing.js';
import {Pages} from '../ui/pages.js';
import {supportersNav} from './supporters-nav.js';
import './supporter-row.js';

/** @import {Supporter, Tier} from '../client/types.js' */

/** A creator's supporters with what they have used, their tiers and grants. */
export class SupportersPage extends SessionElement {
  static properties = {creatorId: {attribute: false}, query: {attribute: false}, tiers: {state: true}};

  /** @type {Pages<Supporter>} */
  #supporters = new Pages(this, (cursor) => this.session.api.supporters({creator_id: this.creatorId, q: this.#sought, limit: 50, cursor}));

  constructor() {
    super();
    this.creatorId = 0;
    this.query = new URLSearchParams();
    /** @type {Tier[]} */
    this.tiers = [];
  }

  connectedCallback() {
    super.connectedCallback();
    this.session.addEventListener('message', this.#onMessage);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.session.removeEventListener('message', this.#onMessage);
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('creatorId')) this.#loadTiers();
    if (changed.has('creatorId') || changed.has('query')) this.#supporters.load();
  }

  get #sought() {
    return this.query.get('q') ?? '';
  }

  async #loadTiers() {
    const {items} = await this.session.api.tiers(this.creatorId).catch(() => ({items: this.tiers}));
    this.tiers = items;
  }

  /** What supporters have used changes with their requests. @param {Event} event */
  #onMessage = (event) => {
    const {type} = /** @type {CustomEvent} */ (event).detail;
    if (type === 'book_request_update' || type === 'initial_data') this.#supporters.refreshSoon();
  };

  render() {
    const isCreator = this.session.me.user.id === this.creatorId;
    return html`
      <header class="page-head page-head--row">
        <h1 tabindex="-1">Supporters</h1>
        <form class="search" role="search" @submit=${this.#search}>
          ${icon('search')}
          <label class="visually-hidden" for="supporter-search">Search name or e-mail</label>
          <input class="input" id="supporter-search" name="q" type="search" placeholder="Name or e-mail…" .value=${this.#sought} data-testid="supporter-search" @search=${this.#search} />
        </form>
      </header>
      ${supportersNav(this.creatorId, 'supporters', isCreator)}
      <ul class="rows" data-testid="supporter-list">
        ${repeat(
          this.#supporters.items,
          ({user_id}) => user_id,
          (supporter) => html`<li>
            <supporter-row .session=${this.session} .creatorId=${this.creatorId} .supporter=${supporter} .tiers=${this.tiers} .mayMove=${isCreator}
              @changed=${() => this.#supporters.load(this.#supporters.items.length)}></supporter-row>
          </li>`,
        )}
      </ul>
      ${listFoot(this.#supporters, this.#sought ? html`<h2>Nobody found for “${this.#sought}”</h2>` : html`<h2>No supporters yet</h2><p>Send them an invitation link.</p>`)}
    `;
  }

  /** @param {Event} event */
  #search(event) {
    event.preventDefault();
    const sought = /** @type {HTMLInputElement} */ (this.querySelector('#supporter-search')).value.trim();
    if (sought !== this.#sought) this.emit('navigate', `/creators/${this.creatorId}/supporters${sought ? `?${new URLSearchParams({q: sought})}` : ''}`);
  }
}

customElements.define('supporters-page', SupportersPage);
