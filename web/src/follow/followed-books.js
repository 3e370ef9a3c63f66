import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {translate} from '../words/translate.js';
import {SessionElement} from '../ui/base-elements.js';
import {errorText} from '../ui/error-text.js';
import '../ui/time-ago.js';
import '../ui/book-cover.js';
import {followListOf} from './follow-list.js';
import {statusBadge} from '../ui/status-badge.js';

/** @import {AskedBook} from '../client/types.js' */

/** What others asked for and this user wants too: the books and how they stand. */
export class FollowedBooks extends SessionElement {
  static properties = {creatorId: {attribute: false}};

  #onChange = () => this.requestUpdate();

  constructor() {
    super();
    this.creatorId = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    const following = followListOf(this.session);
    following.addEventListener('change', this.#onChange);
    following.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    followListOf(this.session).removeEventListener('change', this.#onChange);
  }

  render() {
    const books = followListOf(this.session).ofCreator(this.creatorId);
    if (books.length === 0) return nothing;
    return html`<section class="panel followed" aria-labelledby="followed-heading" data-testid="followed">
      <h2 class="panel__title" id="followed-heading" tabindex="-1">${translate('follow.title')}</h2>
      <ul>
        ${repeat(
          books,
          ({id}) => id,
          (book) => this.#book(book),
        )}
      </ul>
    </section>`;
  }

  /** @param {AskedBook} book */
  #book({id, title, author, cover_id, status, updated_at}) {
    return html`<li class="asked" data-testid="followed-book" data-request-id=${id} data-status=${status}>
      <book-cover class="asked__cover" .title=${title} .author=${author} .coverId=${cover_id}></book-cover>
      <div class="asked__text">
        <strong><bdi>${title}</bdi></strong>
        <small><bdi>${author}</bdi></small>
        <span class="asked__state">${statusBadge(status)} <time-ago .time=${updated_at}></time-ago></span>
      </div>
      <button type="button" class="button button--quiet button--small" aria-label=${translate('follow.stop_title', {title})} data-testid="unfollow" @click=${() => this.#stop(id)}>${translate('follow.stop')}</button>
    </li>`;
  }

  /** @param {number} id */
  async #stop(id) {
    try {
      await followListOf(this.session).unfollow(id);
      /** @type {HTMLElement | null} */ (this.querySelector('h2'))?.focus();
    } catch (error) {
      this.showToast(errorText(/** @type {Error} */ (error)), 'plain');
    }
  }
}

customElements.define('followed-books', FollowedBooks);
