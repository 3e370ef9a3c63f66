import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {translate} from '../words/translate.js';
import {newKey} from '../client/http.js';
import {DebouncedSearch} from '../book/debounced-search.js';
import {SessionElement} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {errorText} from '../ui/error-text.js';
import '../ui/book-cover.js';
import {followListOf} from './follow-list.js';
import {statusBadge} from '../ui/status-badge.js';

/** @import {AskedBook} from '../client/types.js' */

const MIN_LENGTH = 1;

/** What was asked for already and fits what is being typed, to want it too instead of asking once more. */
export class AskedAlready extends SessionElement {
  static properties = {creatorId: {attribute: false}, text: {attribute: false}, books: {state: true}, busy: {state: true}};

  /** @type {DebouncedSearch<{items: AskedBook[]}>} */
  #search = new DebouncedSearch(
    (text) => this.session.api.askedBooks(this.creatorId, text),
    ({items}) => (this.books = items),
  );
  #onChange = () => this.requestUpdate();

  constructor() {
    super();
    this.creatorId = 0;
    /** The title being typed. */
    this.text = '';
    /** @type {AskedBook[]} */
    this.books = [];
    this.busy = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    followListOf(this.session).addEventListener('change', this.#onChange);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    followListOf(this.session).removeEventListener('change', this.#onChange);
    this.#search.cancel();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has('text') && !changed.has('creatorId')) return;
    if (this.text.length >= MIN_LENGTH) return this.#search.schedule(this.text);
    this.#search.cancel();
    this.books = [];
  }

  render() {
    return html`<div role="status">
        ${this.books.length ? html`<span class="visually-hidden">${translate('follow.found', {count: this.books.length})}</span>` : nothing}
      </div>
      ${
        this.books.length
          ? html`<section class="asked-already" aria-label=${translate('follow.asked')} data-testid="asked-already">
            <h3 class="asked-already__title">${translate('follow.asked')}</h3>
            <ul>
              ${repeat(
                this.books,
                ({id}) => id,
                (book) => this.#book(book),
              )}
            </ul>
          </section>`
          : nothing
      }`;
  }

  /** @param {AskedBook} book */
  #book({id, title, author, cover_id, status, followers, mine}) {
    const followed = followListOf(this.session).books.get(id);
    const others = followed?.followers ?? followers;
    return html`<li class="asked" data-testid="asked-book" data-request-id=${id}>
      <book-cover class="asked__cover" .title=${title} .author=${author} .coverId=${cover_id}></book-cover>
      <div class="asked__text">
        <strong><bdi>${title}</bdi></strong>
        <small><bdi>${author}</bdi></small>
        <span class="asked__state">${statusBadge(followed?.status ?? status)} ${others > 0 ? html`<small>${translate('follow.others', {count: others})}</small>` : nothing}</span>
      </div>
      ${mine ? html`<a class="button button--quiet button--small" href="${BASE_PATH}/requests/${id}" data-testid="asked-mine">${translate('follow.mine')}</a>` : this.#button(id, title, status, Boolean(followed))}
    </li>`;
  }

  /** @param {number} id @param {string} title @param {string} status @param {boolean} followed */
  #button(id, title, status, followed) {
    if (followed) return html`<span class="asked__done" data-testid="asked-following">${icon('check')} ${translate('follow.done')}</span>`;
    if (status === 'completed') return nothing;
    return html`<button type="button" class="button button--small" aria-label=${translate('follow.me_too_title', {title})} data-testid="me-too" aria-disabled=${this.busy === id}
      @click=${() => this.#want(id, title)}>${icon('plus')} ${translate('follow.me_too')}</button>`;
  }

  /** @param {number} id @param {string} title */
  async #want(id, title) {
    this.busy = id;
    try {
      await followListOf(this.session).follow(id, newKey());
      this.showToast(translate('follow.told', {title}));
      this.emit('followed', id);
    } catch (error) {
      this.showToast(errorText(/** @type {Error} */ (error)), 'plain');
    } finally {
      this.busy = 0;
    }
  }
}

customElements.define('asked-already', AskedAlready);
