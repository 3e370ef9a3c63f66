import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {RequestList} from '../client/request-list.js';
import {SessionElement, liveRegion, required} from '../ui/base-elements.js';
import {errorText} from '../ui/error-text.js';
import {translate} from '../words/translate.js';
import './request-card.js';

/** @import {Filter} from '../client/request-list.js' */

/**
 * A live list of request cards for one filter, with older pages on demand. What stands in its place when there is
 * nothing to show is given by `.empty`.
 */
export class RequestFeed extends SessionElement {
  static properties = {filter: {attribute: false}, empty: {attribute: false}};

  /** @type {RequestList} */
  #list = required();
  /** Cards that someone is busy with: they stay, whatever their status becomes. @type {Set<number>} */
  #engaged = new Set();

  constructor() {
    super();
    /** @type {Filter} */
    this.filter = required();
    /** @type {unknown} */
    this.empty = nothing;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    const before = changed.get('filter');
    if (changed.has('filter') && JSON.stringify(before) !== JSON.stringify(this.filter)) this.#open();
  }

  /** What someone points at or works in stays where it is, whatever comes and goes above it. @param {Map<string, unknown>} changed */
  update(changed) {
    const anchor = this.querySelector('request-card:focus-within, request-card:hover');
    const before = anchor?.getBoundingClientRect().top ?? 0;
    super.update(changed);
    if (anchor?.isConnected) scrollBy({top: anchor.getBoundingClientRect().top - before, behavior: 'instant'});
  }

  storeChanged() {
    if (this.#list?.outdated) this.#list.load();
    super.storeChanged();
  }

  #open() {
    this.#engaged = new Set();
    const list = new RequestList(this.session, this.filter, () => list === this.#list && this.requestUpdate());
    this.#list = list;
    list.load();
  }

  render() {
    const list = this.#list;
    const items = list.items(this.#engaged);
    return html`
      ${liveRegion('alert', list.error ? this.#failure(list.error) : nothing)}
      ${!list.loaded && !list.error ? skeletons() : nothing}
      <ul class="feed" aria-busy=${list.loading} data-testid="request-list" @engaged=${this.#onEngaged} @answered=${this.#onAnswered}>
        ${repeat(
          items,
          ({id}) => id,
          (request) => html`<li><request-card .session=${this.session} .request=${request} .own=${Boolean(this.filter.mine)}></request-card></li>`,
        )}
      </ul>
      ${list.loaded && items.length === 0 && !list.hasMore ? html`<div class="empty" data-testid="request-list-empty">${this.empty}</div>` : nothing}
      ${
        list.hasMore
          ? html`<button type="button" class="button button--wide" data-testid="load-more" aria-disabled=${list.loading} @click=${() => list.loadMore()}>
            ${translate(list.loading ? 'list.loading' : 'list.older')}
          </button>`
          : nothing
      }
    `;
  }

  /** @param {Error} error */
  #failure(error) {
    return html`<div class="notice notice--bad">
      <p>${errorText(error)}</p>
      <button type="button" class="button button--quiet" data-testid="list-retry" @click=${() => this.#list.retry()}>${translate('list.retry')}</button>
    </div>`;
  }

  /** @param {CustomEvent} event */
  #onEngaged({detail: {id, engaged}}) {
    if (engaged) this.#engaged.add(id);
    else this.#engaged.delete(id);
    this.requestUpdate();
  }

  /** The answered card may leave the list: the next one takes the focus. @param {CustomEvent} event */
  async #onAnswered({detail: id}) {
    const cards = /** @type {HTMLElement[]} */ ([...this.querySelectorAll('request-card')]);
    const at = cards.findIndex((card) => card.dataset.requestId === String(id));
    await this.updateComplete;
    if (!cards[at]?.isConnected) (cards[at + 1] ?? cards[at - 1])?.focus();
  }
}

function skeletons() {
  return html`<div class="skeletons" aria-hidden="true">${[0, 1, 2].map(() => html`<div class="skeleton"></div>`)}</div>`;
}

customElements.define('request-feed', RequestFeed);
