import {BASE} from '../base-path.js';
import {html} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {changesDesk} from '../client/desk-update.js';
import {SessionElement} from '../ui/base-elements.js';
import {listFoot} from '../ui/list-footer.js';
import {Pages} from '../ui/paged-list.js';
import {searchField} from '../ui/search-field.js';
import {say} from '../words/translate.js';
import {supportersNav} from './supporters-nav.js';
import './supporter-row.js';

/** @import {ServerMessage, Supporter, Tier} from '../client/types.js' */

/** A creator's supporters with what they have used, their tiers and grants. */
export class SupportersPage extends SessionElement {
  static properties = {creatorId: {attribute: false}, query: {attribute: false}};

  /** @type {Pages<Supporter>} */
  #supporters = new Pages(this, (cursor) => this.session.api.supporters({creator_id: this.creatorId, q: this.#sought, limit: 50, cursor}));
  /** @type {Pages<Tier>} */
  #tiers = new Pages(this, () => this.session.api.tiers(this.creatorId));

  constructor() {
    super();
    this.creatorId = 0;
    this.query = new URLSearchParams();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('creatorId')) this.#tiers.load();
    if (changed.has('creatorId') || changed.has('query')) this.#supporters.load();
  }

  periodTurned() {
    this.#supporters.refreshSoon();
  }

  get #sought() {
    return this.query.get('q') ?? '';
  }

  /** What supporters have used changes with their requests. @param {ServerMessage} message */
  heard(message) {
    const changed = changesDesk(message, this.creatorId);
    if (changed) this.#tiers.refreshSoon();
    if (changed || message.type === 'book_request_update') this.#supporters.refreshSoon();
  }

  render() {
    const isCreator = this.session.me.user.id === this.creatorId;
    return html`
      <header class="page-head page-head--row">
        <h1 tabindex="-1">${say('supporters.title')}</h1>
        ${searchField({sought: this.#sought, label: say('supporters.search'), placeholder: say('supporters.search_hint'), testid: 'supporter-search', search: (sought) => this.#search(sought)})}
      </header>
      ${supportersNav(this.creatorId, 'supporters', isCreator)}
      <ul class="rows" data-testid="supporter-list">
        ${repeat(
          this.#supporters.items,
          ({user_id}) => user_id,
          (supporter) => html`<li>
            <supporter-row .session=${this.session} .creatorId=${this.creatorId} .supporter=${supporter} .tiers=${this.#tiers.items} .mayMove=${isCreator}
              @changed=${() => this.#supporters.load(this.#supporters.items.length)}></supporter-row>
          </li>`,
        )}
      </ul>
      ${listFoot(this.#supporters, this.#sought ? html`<h2>${say('supporters.none_found', {sought: this.#sought})}</h2>` : html`<h2>${say('supporters.none')}</h2><p>${say('supporters.none_hint')}</p>`)}
    `;
  }

  /** @param {string} sought */
  #search(sought) {
    this.emit('navigate', `${BASE}/creators/${this.creatorId}/supporters${sought ? `?${new URLSearchParams({q: sought})}` : ''}`);
  }
}

customElements.define('supporters-page', SupportersPage);
