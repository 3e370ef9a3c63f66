import {html, nothing} from 'lit';
import {SessionElement} from '../ui/element.js';
import {searchField} from '../ui/search-field.js';
import {showCurrent} from '../ui/tabs.js';
import {number, say} from '../words/words.js';
import {STATUSES} from './status-badge.js';
import './request-feed.js';

/** @type {[string, string][]} */
const TABS = [...STATUSES.map((status) => /** @type {[string, string]} */ ([status, say(`status.${status}`)])), ['', say('inbox.all')]];

/** Everything that supporters ask of a creator, by status, searchable, live. The choice stands in the address. */
export class AdminInbox extends SessionElement {
  static properties = {creatorId: {attribute: false}, query: {attribute: false}};

  constructor() {
    super();
    this.creatorId = 0;
    this.query = new URLSearchParams();
  }

  /** @param {Map<string, unknown>} changed */
  async updated(changed) {
    if (!changed.has('query')) return;
    await this.session.ready; // with it comes a number into the tabs, which moves them
    showCurrent(this.querySelector('.tabs'));
  }

  get #status() {
    return this.query.get('status') ?? 'pending';
  }

  get #sought() {
    return this.query.get('q') ?? '';
  }

  render() {
    const filter = {creatorId: this.creatorId, status: this.#status, q: this.#sought};
    return html`
      <header class="page-head page-head--row">
        <h1 tabindex="-1">${say('inbox.title')}</h1>
        ${searchField({
          sought: this.#sought,
          label: say('inbox.search'),
          placeholder: say('inbox.search_hint'),
          testid: 'inbox-search',
          search: (sought) => this.emit('navigate', this.#address(this.#status, sought)),
        })}
      </header>
      <nav class="tabs" aria-label=${say('inbox.tabs')}>${TABS.map(([status, label]) => this.#tab(status, label))}</nav>
      <request-feed .session=${this.session} .filter=${filter} .empty=${this.#empty()}></request-feed>
    `;
  }

  /** @param {string} status @param {string} label */
  #tab(status, label) {
    const count = status === 'pending' ? this.session.store.pendingCounts.get(this.creatorId) : undefined;
    return html`<a class="tab" href=${this.#address(status, this.#sought)} data-testid="status-tab-${status || 'all'}" aria-current=${this.#status === status ? 'page' : nothing}>
      ${label}${count === undefined ? nothing : html` <span class="count" data-testid="pending-badge">${number(count)}</span>`}
    </a>`;
  }

  #empty() {
    if (this.#sought)
      return html`<h2>${say('inbox.none_found', {sought: this.#sought})}</h2>
        <p><a class="button" href=${this.#address('', '')} data-testid="show-all">${say('inbox.show_all')}</a></p>`;
    if (this.#status === 'pending')
      return html`<h2>${say('inbox.all_answered')}</h2>
        <p>${say('inbox.all_answered_hint')}</p>
        <p><a class="button" href=${this.#address('', '')} data-testid="show-all">${say('inbox.show_all')}</a></p>`;
    return html`<h2>${say('list.empty')}</h2>`;
  }

  /** @param {string} status @param {string} sought */
  #address(status, sought) {
    const query = new URLSearchParams();
    if (status !== 'pending') query.set('status', status);
    if (sought) query.set('q', sought);
    return `/creators/${this.creatorId}/inbox${query.size ? `?${query}` : ''}`;
  }
}

customElements.define('admin-inbox', AdminInbox);
