import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {changesCreatorLists} from '../client/store.js';
import {SessionElement} from '../ui/base-elements.js';
import {listFailure, listFooter} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import {searchField} from '../ui/search-field.js';
import {translate} from '../words/translate.js';
import {supportersNav} from './supporters-nav.js';
import './supporter-row.js';
import './former-supporters.js';
import './supporter-list-import.js';
import '../words/later.js';

/** @import {ServerMessage, Supporter, Tier} from '../client/types.js' */

/** A creator's supporters with what they have used, their tiers and grants. */
export class SupportersPage extends SessionElement {
  static properties = {creatorId: {attribute: false}, query: {attribute: false}};

  /** @type {PagedList<Supporter>} */
  #supporters = new PagedList(this, (cursor) => this.session.api.supporters({creator_id: this.creatorId, q: this.#sought, limit: 50, cursor}));
  /** @type {PagedList<Tier>} */
  #tiers = new PagedList(this, () => this.session.api.tiers(this.creatorId));

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

  quotaPeriodChanged() {
    this.#supporters.scheduleRefresh();
  }

  get #sought() {
    return this.query.get('q') ?? '';
  }

  /** What supporters have used changes with their requests. @param {ServerMessage} message */
  messageReceived(message) {
    const changed = changesCreatorLists(message, this.creatorId);
    if (changed) this.#tiers.scheduleRefresh();
    if (changed || message.type === 'book_request_update') this.#supporters.scheduleRefresh();
  }

  render() {
    const mayManage = this.session.hasRole(this.creatorId, 'people');
    return html`
      <header class="page-head page-head--row">
        <h1 tabindex="-1">${translate('supporters.title')}</h1>
        ${searchField({sought: this.#sought, label: translate('supporters.search'), placeholder: translate('supporters.search_hint'), testid: 'supporter-search', search: (sought) => this.#search(sought)})}
      </header>
      ${supportersNav(this.creatorId, 'supporters', mayManage)} ${listFailure(this.#tiers)}
      <ul class="rows" data-testid="supporter-list">
        ${repeat(
          this.#supporters.items,
          ({user_id}) => user_id,
          (supporter) => html`<li>
            <supporter-row .session=${this.session} .creatorId=${this.creatorId} .supporter=${supporter} .tiers=${this.#tiers.items} .mayMove=${mayManage}
              @changed=${() => this.#supporters.load(this.#supporters.items.length)}></supporter-row>
          </li>`,
        )}
      </ul>
      ${listFooter(this.#supporters, this.#sought ? html`<h2>${translate('supporters.none_found', {sought: this.#sought})}</h2>` : html`<h2>${translate('supporters.none')}</h2><p>${translate('supporters.none_hint')}</p>`)}
      ${
        mayManage
          ? html`<former-supporters .session=${this.session} .creatorId=${this.creatorId} .tiers=${this.#tiers.items} @changed=${() => this.#supporters.load()}></former-supporters>
            <supporter-list-import .session=${this.session} .creatorId=${this.creatorId} @changed=${() => this.#supporters.load()}></supporter-list-import>`
          : nothing
      }
    `;
  }

  /** @param {string} sought */
  #search(sought) {
    this.emit('navigate', `${BASE_PATH}/creators/${this.creatorId}/supporters${sought ? `?${new URLSearchParams({q: sought})}` : ''}`);
  }
}

customElements.define('supporters-page', SupportersPage);
