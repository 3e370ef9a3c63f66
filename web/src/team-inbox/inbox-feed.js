import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {SessionElement, liveRegion, required} from '../ui/base-elements.js';
import {errorText} from '../ui/error-text.js';
import {translate} from '../words/translate.js';
import {undoableAnswersOf} from '../answer/undoable-answers.js';
import {InboxList} from './inbox-list.js';
import {isTyping} from './keyboard-shortcuts.js';
import {RowHeights} from './row-heights.js';
import '../request/request-card.js';

/**
 * @import {BookRequest, ServerMessage} from '../client/types.js'
 * @import {InboxFilter} from './inbox-list.js'
 */

/** So far beyond the window cards are there already, px. */
const OVERSCAN = 900;
/** So many cards before the end of what was read, the next page is asked for. */
const PREFETCH_ROWS = 40;

/**
 * The requests of a desk as a feed of any length: only what is near the window stands in the document. Emits `current`
 * (detail: the id that has the focus) and `selection`.
 */
export class InboxFeed extends SessionElement {
  static properties = {
    filter: {attribute: false},
    empty: {attribute: false},
    total: {attribute: false},
    selection: {attribute: false},
    answering: {attribute: false},
  };

  /** @type {InboxList} */
  #list = required();
  #heights = new RowHeights();
  /** Cards that someone is busy with: they stay, whatever their status becomes. @type {Set<number>} */
  #engaged = new Set();
  #watch = new ResizeObserver((entries) => this.#resized(entries));
  #scrolled = () => this.requestUpdate();
  #answersChanged = () => this.#refreshAnswered();
  /** Threads that are open stay so while they are scrolled away. @type {Set<number>} */
  #opened = new Set();
  /** Ids whose answers wait. @type {Set<number>} */
  #answered = new Set();
  /** The card that is to have the focus as soon as it is there. */
  #focusTarget = 0;
  #current = 0;

  constructor() {
    super();
    /** @type {InboxFilter} */
    this.filter = required();
    /** @type {unknown} */
    this.empty = nothing;
    /** How many there are in all, where that is known. @type {number | undefined} */
    this.total = undefined;
    /** @type {Set<number>} */
    this.selection = new Set();
    /** Who else answers which request. @type {Map<number, string>} */
    this.answering = new Map();
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('scroll', this.#scrolled, {passive: true});
    addEventListener('resize', this.#scrolled, {passive: true});
    undoableAnswersOf(this.session).addEventListener('change', this.#answersChanged);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('scroll', this.#scrolled);
    removeEventListener('resize', this.#scrolled);
    undoableAnswersOf(this.session).removeEventListener('change', this.#answersChanged);
    this.#watch.disconnect();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('filter') && JSON.stringify(changed.get('filter')) !== JSON.stringify(this.filter)) this.#open();
  }

  #open() {
    this.#engaged = new Set();
    this.#opened = new Set();
    this.#heights = new RowHeights();
    this.#current = 0;
    const answers = undoableAnswersOf(this.session);
    const list = new InboxList(
      this.session,
      this.filter,
      (id) => answers.statusOf(id),
      (from) => {
        if (list !== this.#list) return;
        this.#heights.changed(from);
        this.requestUpdate();
      },
    );
    this.#list = list;
    list.load();
  }

  storeChanged() {
    if (this.#list?.outdated) this.#list.load();
    super.storeChanged();
  }

  /** @param {ServerMessage} message */
  messageReceived(message) {
    this.#list?.messageReceived(message, this.#engaged);
  }

  /** What is answered leaves the list before the answer is sent, and comes back when it is taken back. */
  #refreshAnswered() {
    if (!this.#list) return;
    const answers = undoableAnswersOf(this.session);
    const now = new Set(this.#list.ids.filter((id) => answers.statusOf(id)));
    for (const {content} of answers.waiting) for (const id of content.ids) now.add(id);
    for (const id of [...now, ...this.#answered]) {
      if (now.has(id)) this.#engaged.delete(id);
      this.#list.refresh(id, this.#engaged);
    }
    this.#answered = now;
    this.requestUpdate();
  }

  // ---- which cards stand in the document

  #visibleRange() {
    const {ids} = this.#list;
    const feed = this.querySelector('.feed');
    const start = -(feed?.getBoundingClientRect().top ?? 0);
    const first = this.#heights.at(ids, start - OVERSCAN);
    const last = this.#heights.at(ids, start + innerHeight + OVERSCAN);
    return [first, Math.min(ids.length, last + 1)];
  }

  /** What someone points at, works in or reads stays where it is, whatever comes and goes above it. @param {Map<string, unknown>} changed */
  update(changed) {
    const anchor = this.#anchor();
    const before = anchor?.getBoundingClientRect().top ?? 0;
    const focused = this.contains(document.activeElement) && !isTyping(document.activeElement);
    super.update(changed);
    if (focused && document.activeElement === document.body) this.#passFocusOn(); // somebody else has answered
    if (!anchor?.isConnected) return;
    const moved = anchor.getBoundingClientRect().top - before;
    if (Math.abs(moved) >= 1) scrollBy({top: moved, behavior: 'instant'});
  }

  #anchor() {
    const held = this.querySelector('request-card:focus-within, request-card:hover');
    if (held) return held;
    if ((this.querySelector('.feed')?.getBoundingClientRect().top ?? 0) >= 0) return undefined;
    return [...this.querySelectorAll('request-card')].find((card) => card.getBoundingClientRect().bottom > 0);
  }

  /** @param {ResizeObserverEntry[]} entries */
  #resized(entries) {
    let news = false;
    for (const {target} of entries) {
      const {id, at} = /** @type {HTMLElement} */ (target).dataset;
      const height = /** @type {HTMLElement} */ (target).offsetHeight;
      if (height && this.#list.ids[Number(at)] === Number(id)) news = this.#heights.measure(Number(id), Number(at), height) || news;
    }
    if (news) this.requestUpdate();
  }

  updated() {
    this.#watch.disconnect();
    for (const row of this.querySelectorAll('.feed__row')) this.#watch.observe(row);
    const {ids} = this.#list;
    const [, end] = this.#visibleRange();
    if (end > ids.length - PREFETCH_ROWS && this.#list.hasMore && !this.#list.loading && !this.#list.error) this.#list.loadMore();
    this.#focusPending();
  }

  render() {
    const list = this.#list;
    const [first, end] = this.#visibleRange();
    const shown = list.ids.slice(first, end);
    const above = this.#heights.top(list.ids, first);
    const below = this.#heights.rest(list.ids, end);
    return html`
      ${liveRegion('alert', list.error ? this.#failure(list.error) : nothing)}
      ${!list.loaded && !list.error ? html`<div class="skeletons" aria-hidden="true">${[0, 1, 2].map(() => html`<div class="skeleton"></div>`)}</div>` : nothing}
      <div class="feed feed--long" role=${list.ids.length > 0 ? 'feed' : 'group'} aria-label=${translate('desk.requests')} aria-busy=${list.loading} data-testid="request-list" data-loaded=${list.ids.length}
        data-more=${list.hasMore} @engaged=${this.#onEngaged} @answered=${this.#onAnswered} @focusin=${this.#onFocus} @thread=${this.#onThread}>
        <div style="height:${above}px"></div>
        ${repeat(
          shown,
          (id) => id,
          (id, index) => this.#row(id, first + index),
        )}
        <div style="height:${below}px"></div>
      </div>
      ${list.loaded && list.ids.length === 0 && !list.hasMore ? html`<div class="empty" data-testid="request-list-empty">${this.empty}</div>` : nothing}
      ${list.hasMore && list.loading ? html`<div class="skeleton skeleton--line" aria-hidden="true"></div>` : nothing}
    `;
  }

  /** @param {number} id @param {number} at */
  #row(id, at) {
    const request = this.session.store.requests.get(id);
    if (!request) return nothing;
    const of = this.#list.hasMore ? (this.total ?? -1) : this.#list.ids.length;
    return html`<div class="feed__row" data-id=${id} data-at=${at}>
      <request-card .session=${this.session} .request=${request} .place=${at + 1} .places=${of} .selectable=${true} .selected=${this.selection.has(id)}
        ?open=${this.#opened.has(id)} .colleague=${this.answering.get(id) ?? ''}></request-card>
    </div>`;
  }

  /** @param {Error} error */
  #failure(error) {
    return html`<div class="notice notice--bad">
      <p>${errorText(error)}</p>
      <button type="button" class="button button--quiet" data-testid="list-retry" @click=${() => this.#list.retry()}>${translate('list.retry')}</button>
    </div>`;
  }

  // ---- moving about in it

  /** The request that has the focus, or had it last. @returns {BookRequest | undefined} */
  get current() {
    return this.session.store.requests.get(this.#current);
  }

  /** @returns {HTMLElement | null} */
  get currentCard() {
    return this.querySelector(`request-card[data-request-id="${this.#current}"]`);
  }

  /** Goes to the card so many places further on. @param {number} step */
  move(step) {
    const {ids} = this.#list;
    const [first] = this.#visibleRange();
    const from = ids.indexOf(this.#current);
    const at = from < 0 ? (this.#current ? Math.min(this.#lastAt, ids.length - 1) : this.#topmost(first)) : from + step;
    if (ids[at] !== undefined) this.#focus(ids[at]);
  }

  #lastAt = 0;

  /** @param {number} first */
  #topmost(first) {
    const card = [...this.querySelectorAll('request-card')].find((one) => one.getBoundingClientRect().bottom > 80);
    return card ? this.#list.ids.indexOf(Number(/** @type {HTMLElement} */ (card).dataset.requestId)) : first;
  }

  /** The ids between two cards, both included. @param {number} from @param {number} to */
  between(from, to) {
    const {ids} = this.#list;
    const [a, b] = [ids.indexOf(from), ids.indexOf(to)].sort((x, y) => x - y);
    return a < 0 ? [to] : ids.slice(a, b + 1);
  }

  /** @param {number} id */
  #focus(id) {
    this.#focusTarget = id;
    if (this.#focusPending()) return;
    const top = this.#heights.top(this.#list.ids, this.#list.ids.indexOf(id));
    const feed = /** @type {Element} */ (this.querySelector('.feed'));
    scrollTo({top: scrollY + feed.getBoundingClientRect().top + top - innerHeight / 3, behavior: 'instant'});
    this.requestUpdate();
  }

  #focusPending() {
    if (!this.#focusTarget) return true;
    const card = /** @type {HTMLElement | null} */ (this.querySelector(`request-card[data-request-id="${this.#focusTarget}"]`));
    if (!card) return false;
    this.#focusTarget = 0;
    card.focus({preventScroll: true});
    card.scrollIntoView({block: 'nearest', behavior: 'instant'});
    return true;
  }

  /** @param {FocusEvent} event */
  #onFocus({target}) {
    const card = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest('request-card'));
    if (!card) return;
    this.#current = Number(card.dataset.requestId);
    this.#lastAt = this.#list.ids.indexOf(this.#current);
  }

  /** @param {CustomEvent} event */
  #onEngaged({detail: {id, engaged}}) {
    if (engaged) this.#engaged.add(id);
    else this.#engaged.delete(id);
    if (!engaged) this.#list.refresh(id, this.#engaged);
    this.requestUpdate();
  }

  /** @param {CustomEvent} event */
  #onThread({detail: {id, open}}) {
    if (open) this.#opened.add(id);
    else this.#opened.delete(id);
  }

  /** To the card that has taken the place of the one that had the focus, which may also be only out of sight. */
  #passFocusOn(at = this.#lastAt) {
    const {ids} = this.#list;
    if (!ids.includes(this.#current) && ids.length) this.#focus(ids[Math.min(at, ids.length - 1)]);
  }

  /** The answered card leaves the list: the next one takes the focus. @param {CustomEvent} event */
  async #onAnswered({detail: id}) {
    const at = this.#lastAt;
    this.#engaged.delete(id);
    this.#list.refresh(id, this.#engaged);
    if (this.#list.ids.includes(id)) return;
    this.#passFocusOn(at);
    await this.updateComplete;
  }
}

customElements.define('inbox-feed', InboxFeed);
