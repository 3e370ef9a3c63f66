import {BASE_PATH, scopedName} from '../base-path.js';
import {html, nothing} from 'lit';
import {typingPresenceOf} from '../answer/typing-presence.js';
import {LostField, isTyping, shortcutsEnabled} from './keyboard-shortcuts.js';
import {undoableAnswersOf} from '../answer/undoable-answers.js';
import {SessionElement, lazyModule} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {searchField} from '../ui/search-field.js';
import {formatNumber, translate, csvSeparator} from '../words/translate.js';
import '../answer/answer-form.js';
import './inbox-feed.js';
import '../supporter/supporter-choice.js';

/**
 * @import {BulkBar} from './bulk-bar.js'
 * @import {InboxFeed} from './inbox-feed.js'
 * @import {InboxFilter, Sort} from './inbox-list.js'
 * @import {ShortcutsDialog} from './shortcuts-dialog.js'
 * @import {Counts, ServerMessage, Status} from '../client/types.js'
 */

const loadBulkBar = lazyModule(() => import('./bulk-bar.js'));

/** @type {(Status | '')[]} */
const TABS = ['pending', 'approved', 'completed', 'rejected', 'cancelled', ''];
/** @type {Sort[]} */
const SORTS = ['newest', 'oldest', 'updated'];
/** Counts are read again at most so often, ms. */
const COUNT_INTERVAL = 1_000;
const SORT_STORAGE_KEY = scopedName('bookbell.sort');

/** Everything that supporters ask of a creator, made for speed: by status, searchable, sorted, by keys, many at once. The choice stands in the address; the order only where it isn't the one chosen last. */
export class TeamInbox extends SessionElement {
  static properties = {creatorId: {attribute: false}, query: {attribute: false}, counts: {state: true}, selection: {state: true}};

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #counting;
  #countedAt = 0;
  #lastSelected = 0;
  #lostField = new LostField();
  #onChange = () => this.requestUpdate();
  #onKeyDown = (/** @type {KeyboardEvent} */ event) => this.#key(event);

  constructor() {
    super();
    this.creatorId = 0;
    this.query = new URLSearchParams();
    /** @type {Counts | null} */
    this.counts = null;
    /** @type {Set<number>} */
    this.selection = new Set();
  }

  connectedCallback() {
    super.connectedCallback();
    typingPresenceOf(this.session).addEventListener('change', this.#onChange);
    undoableAnswersOf(this.session).addEventListener('change', this.#onChange);
    document.addEventListener('keydown', this.#onKeyDown);
    this.#lostField.watch();
    this.#scheduleCount();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    typingPresenceOf(this.session).removeEventListener('change', this.#onChange);
    undoableAnswersOf(this.session).removeEventListener('change', this.#onChange);
    document.removeEventListener('keydown', this.#onKeyDown);
    this.#lostField.unwatch();
    clearTimeout(this.#counting);
    this.#counting = undefined;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('query')) this.selection = new Set();
  }

  /** @param {Map<string, unknown>} changed */
  async updated(changed) {
    if (!changed.has('query')) return;
    await this.session.ready; // with it comes a number into the tabs, which moves them
    const row = /** @type {HTMLElement} */ (this.querySelector('.tabs'));
    if (row.scrollWidth > row.clientWidth) import('../ui/tab-row.js').then(({scrollToCurrentTab}) => scrollToCurrentTab(row)).catch(() => {});
  }

  /** @param {ServerMessage} message */
  messageReceived({type}) {
    if (type === 'book_request_update' || type === 'initial_data') this.#scheduleCount();
  }

  #scheduleCount() {
    this.#counting ??= setTimeout(
      async () => {
        this.#countedAt = Date.now();
        this.#counting = undefined;
        this.counts = await this.session.api.counts(this.creatorId).catch(() => this.counts);
      },
      Math.max(0, this.#countedAt + COUNT_INTERVAL - Date.now()),
    );
  }

  // ---- what is chosen

  /** @returns {InboxFilter} */
  get #filter() {
    const {query, creatorId} = this;
    const status = /** @type {Status | '' | null} */ (query.get('status'));
    const sort = /** @type {Sort} */ (query.get('sort') ?? localStorage.getItem(SORT_STORAGE_KEY) ?? 'newest');
    return {
      creatorId,
      status: status !== null && TABS.includes(status) ? status : 'pending',
      q: query.get('q') ?? '',
      userId: Number(query.get('user_id')) || 0,
      sort: SORTS.includes(sort) ? sort : 'newest',
    };
  }

  /** @param {Partial<InboxFilter>} change */
  #address(change) {
    const {status, q, userId, sort} = {...this.#filter, ...change};
    const query = new URLSearchParams();
    if (status !== 'pending') query.set('status', status);
    if (q) query.set('q', q);
    if (userId) query.set('user_id', String(userId));
    if (sort !== (localStorage.getItem(SORT_STORAGE_KEY) ?? 'newest')) query.set('sort', sort);
    return `${BASE_PATH}/creators/${this.creatorId}/inbox${query.size ? `?${query}` : ''}`;
  }

  /** @param {Partial<InboxFilter>} change */
  #choose(change) {
    this.emit('navigate', this.#address(change));
  }

  // ---- what is shown

  render() {
    const filter = this.#filter;
    if (this.selection.size > 0) loadBulkBar();
    return html`
      <header class="page-head page-head--row">
        <h1 tabindex="-1">${translate('inbox.title')}</h1>
        ${searchField({
          sought: filter.q,
          label: translate('inbox.search'),
          placeholder: translate('inbox.search_hint'),
          testid: 'inbox-search',
          search: (q) => this.#choose({q}),
        })}
      </header>
      <nav class="tabs" aria-label=${translate('inbox.tabs')}>${TABS.map((status) => this.#tab(status, filter))}</nav>
      ${this.#tools(filter)}
      <bulk-bar .session=${this.session} .creatorId=${this.creatorId} .selection=${this.selection} @clear=${this.#onClear}></bulk-bar>
      <inbox-feed .session=${this.session} .filter=${filter} .empty=${this.#empty(filter)} .total=${this.#total(filter)} .selection=${this.selection}
        .answering=${typingPresenceOf(this.session).byRequest} @toggled=${this.#onToggled} @answered=${this.#lostField.forget}></inbox-feed>
    `;
  }

  /** @param {Status | ''} status @param {InboxFilter} filter */
  #tab(status, filter) {
    const count = this.#count(status);
    return html`<a class="tab" href=${this.#address({status})} data-testid="status-tab-${status || 'all'}" aria-current=${filter.status === status ? 'page' : nothing}>
      ${status ? translate(`status.${status}`) : translate('inbox.all')}${
        count === undefined
          ? html` <span class="count count--quiet" aria-hidden="true"></span>`
          : html` <span class="count ${status === 'pending' ? '' : 'count--quiet'}" data-testid=${status === 'pending' ? 'pending-badge' : `count-${status || 'all'}`}>${formatNumber(count)}</span>`
      }
    </a>`;
  }

  /** @param {Status | ''} status */
  #count(status) {
    const {counts, creatorId} = this;
    if (status === 'pending') return this.session.pendingCount(creatorId);
    if (!counts) return undefined;
    return status === '' ? Object.values(counts).reduce((sum, count) => sum + count, 0) : counts[status];
  }

  /** @param {InboxFilter} filter */
  #total({status, q, userId}) {
    return q || userId ? undefined : this.#count(status);
  }

  /** @param {InboxFilter} filter */
  #tools({sort, userId, status, q}) {
    const file = new URLSearchParams(
      Object.entries({creator_id: String(this.creatorId), status, q, user_id: userId ? String(userId) : '', sort, separator: csvSeparator}).filter(
        ([, value]) => value,
      ),
    );
    return html`<div class="desk-tools">
      <supporter-choice .session=${this.session} .creatorId=${this.creatorId} .userId=${userId} @chosen=${(/** @type {CustomEvent} */ {detail}) => this.#choose({userId: detail})}></supporter-choice>
      <label class="desk-tools__sort">${icon('sort')} <span class="visually-hidden">${translate('desk.sort')}</span>
        <select class="input input--small" data-testid="inbox-sort" .value=${sort} @change=${this.#onSort}>
          ${SORTS.map((one) => html`<option value=${one} ?selected=${one === sort}>${translate(`desk.sort_${one}`)}</option>`)}
        </select>
      </label>
      <a class="button button--quiet" href="${BASE_PATH}/api/book-requests.csv?${file}" download data-testid="inbox-csv">${icon('download')} ${translate('desk.csv')}</a>
      <button type="button" class="button button--quiet desk-tools__keys" data-testid="keys-open" aria-keyshortcuts="?" @click=${this.#showKeys}>${icon('keyboard')} ${translate('desk.keys')}</button>
    </div>`;
  }

  /** @param {InboxFilter} filter */
  #empty({q, userId, status}) {
    const all = html`<p><a class="button" href=${this.#address({status: '', q: '', userId: 0})} data-testid="show-all">${translate('inbox.show_all')}</a></p>`;
    if (q) return html`<h2>${translate('inbox.none_found', {sought: q})}</h2>${all}`;
    if (status === 'pending' && !userId) return html`<h2>${translate('inbox.all_answered')}</h2><p>${translate('inbox.all_answered_hint')}</p>${all}`;
    return html`<h2>${translate('list.empty')}</h2>${userId ? all : nothing}`;
  }

  /** @param {Event} event */
  #onSort({target}) {
    const sort = /** @type {Sort} */ (/** @type {HTMLSelectElement} */ (target).value);
    localStorage.setItem(SORT_STORAGE_KEY, sort);
    this.#choose({sort});
    this.requestUpdate();
  }

  // ---- selection

  /** @param {Set<number>} selection */
  #select(selection) {
    this.selection = selection;
  }

  /** @param {CustomEvent} event */
  #onToggled({detail: {id, range}}) {
    this.#toggle(id, range);
  }

  /** @param {number} id @param {boolean} range whether everything from the last one on is meant, which only adds */
  #toggle(id, range) {
    const selection = new Set(this.selection);
    if (range) this.#feed.between(this.#lastSelected || id, id).forEach((one) => selection.add(one));
    else if (!selection.delete(id)) selection.add(id);
    this.#lastSelected = id;
    this.#select(selection);
  }

  #onClear() {
    this.#leaveBulkBar();
    this.#select(new Set());
  }

  // ---- keys

  get #feed() {
    return /** @type {InboxFeed} */ (this.querySelector('inbox-feed'));
  }

  /** The focus does not vanish with what it is in. */
  #leaveBulkBar() {
    const card = this.#feed.currentCard;
    if (card) card.focus({preventScroll: true});
    else this.#feed.move(0);
  }

  async #showKeys() {
    await import('./shortcuts-dialog.js');
    const sheet = /** @type {ShortcutsDialog} */ (
      document.querySelector('shortcuts-dialog') ?? document.body.appendChild(document.createElement('shortcuts-dialog'))
    );
    await sheet.updateComplete;
    sheet.show();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape' && /** @type {Element} */ (event.target).closest?.('bulk-bar')) return this.#leaveBulkBar();
    if (isTyping(event.target) || this.#lostField.isLost) return;
    if (!shortcutsEnabled() && event.key !== 'Escape') return;
    const arrows = /** @type {Element} */ (event.target).matches?.('request-card') ?? false;
    const action = this.#actions(event, arrows)[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  /** @param {KeyboardEvent} event @param {boolean} onCard @returns {Record<string, (() => void) | undefined>} */
  #actions({shiftKey}, onCard) {
    const feed = this.#feed;
    const card = /** @type {any} */ (feed.currentCard);
    const current = feed.current?.id ?? 0;
    const bar = /** @type {BulkBar} */ (this.querySelector('bulk-bar'));
    const many = this.selection.size > 0;
    const range = () => current && this.#toggle(current, shiftKey);
    return {
      j: () => feed.move(1),
      k: () => feed.move(-1),
      ArrowDown: onCard ? () => feed.move(1) : undefined,
      ArrowUp: onCard ? () => feed.move(-1) : undefined,
      a: () => (many ? bar.approve?.() : card?.approve()),
      r: () => (many ? bar.focusText?.() : card?.decline()),
      Enter: onCard ? () => card?.toggleThread() : undefined,
      x: range,
      X: range,
      z: () => undoableAnswersOf(this.session).undo(),
      '/': () => /** @type {HTMLElement} */ (this.querySelector('[type=search]')).focus(),
      '?': () => this.#showKeys(),
      Escape: many ? () => this.#select(new Set()) : undefined,
    };
  }
}

customElements.define('team-inbox', TeamInbox);
