import {html, nothing} from 'lit';
import {translateMarkup, translate} from '../words/translate.js';
import {SessionElement} from '../ui/base-elements.js';
import {DebouncedSearch} from './debounced-search.js';
import '../ui/book-cover.js';

/** @import {FoundBook, FoundBooks} from '../client/types.js' */

const MIN_LENGTH = 3;
const SOURCE = 'Open Library';

/**
 * The title of a request, with books that fit from the catalogue while one types: a combobox whose suggestions are
 * never needed. Emits `typed` (detail: the text) and `chosen` (detail: a book).
 */
export class TitleField extends SessionElement {
  static properties = {error: {}, books: {state: true}, catalogue: {state: true}, open: {state: true}, active: {state: true}};

  /** @type {DebouncedSearch<FoundBooks>} */
  #search = new DebouncedSearch(
    (text) => this.session.api.searchBooks(text),
    ({items, catalogue}) => {
      Object.assign(this, {books: items, catalogue, active: -1, open: this.contains(document.activeElement)});
    },
  );

  constructor() {
    super();
    this.error = '';
    /** @type {FoundBook[]} */
    this.books = [];
    /** @type {'here' | 'away' | 'off'} */
    this.catalogue = 'here';
    this.open = false;
    /** The suggestion that the arrow keys are at. */
    this.active = -1;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#search.cancel();
  }

  get #input() {
    return /** @type {HTMLInputElement} */ (this.querySelector('input'));
  }

  get #shown() {
    return this.open && this.books.length > 0;
  }

  render() {
    const shown = this.#shown;
    return html`<div class="field ${this.error ? 'field--wrong' : ''}" @focusout=${this.#left}>
      <label class="field__label" for="new-title">${translate('book.title')}</label>
      <div class="title-field__box">
        <input class="input" id="new-title" name="title" data-testid="new-request-title" type="text" data-most="300" required autocomplete="off"
          role="combobox" aria-autocomplete="list" aria-expanded=${shown} aria-controls="title-books" aria-describedby=${this.error ? 'new-title-error' : nothing}
          aria-invalid=${this.error ? 'true' : nothing} aria-activedescendant=${shown && this.active >= 0 ? `title-book-${this.active}` : nothing}
          @input=${this.#typed} @keydown=${this.#key} @click=${() => (this.open = true)} />
        <ul class="suggestions" id="title-books" role="listbox" aria-label=${translate('search.suggestions')} ?hidden=${!shown} data-testid="book-suggestions">
          ${this.books.map((book, index) => this.#option(book, index))}
        </ul>
      </div>
      ${this.error ? html`<p class="field__error" id="new-title-error" data-testid="new-request-title-error">${this.error}</p>` : nothing}
      <p class="field__hint" role="status" data-testid="catalogue-hint">${this.#hint()}</p>
    </div>`;
  }

  /** @param {FoundBook} book @param {number} index */
  #option(book, index) {
    const {title, authors, first_year, cover_id} = book;
    const by = authors.join(', ');
    return html`<li class="suggestion" id="title-book-${index}" role="option" aria-selected=${index === this.active} data-testid="book-suggestion"
      @pointerdown=${(/** @type {Event} */ event) => event.preventDefault()} @click=${() => this.#choose(book)}>
      <book-cover class="suggestion__cover" .title=${title} .author=${by} .coverId=${cover_id}></book-cover>
      <span class="suggestion__text"><strong><bdi>${title}</bdi></strong><small><bdi>${by}</bdi>${first_year ? ` · ${first_year}` : nothing}</small></span>
    </li>`;
  }

  #hint() {
    if (this.catalogue === 'away') return translate('search.away');
    if (!this.#shown) return '';
    const source = html`<a href="https://openlibrary.org" target="_blank" rel="noopener noreferrer">${SOURCE}</a>`;
    return translateMarkup('search.found', {count: this.books.length, source});
  }

  #typed() {
    const text = this.#input.value.trim();
    this.emit('typed', text);
    this.active = -1;
    if (this.catalogue !== 'off' && text.length >= MIN_LENGTH) return this.#search.schedule(text);
    this.#search.cancel();
    this.books = [];
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    const move = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (move && this.books.length > 0) this.#move(move);
    else if (event.key === 'Enter' && this.#shown && this.active >= 0) this.#choose(this.books[this.active]);
    else if (event.key === 'Escape' && this.#shown) this.open = false;
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Round the suggestions, by way of the text itself. @param {number} step */
  async #move(step) {
    const places = this.books.length + 1;
    this.active = this.#shown ? ((this.active + 1 + step + places) % places) - 1 : step > 0 ? 0 : this.books.length - 1;
    this.open = true;
    await this.updateComplete;
    this.querySelector('[aria-selected=true]')?.scrollIntoView({block: 'nearest'});
  }

  /** @param {FoundBook} book */
  #choose(book) {
    this.#search.cancel();
    this.#input.value = book.title;
    this.books = [];
    this.active = -1;
    this.emit('chosen', book);
  }

  /** @param {FocusEvent} event */
  #left(event) {
    if (!this.contains(/** @type {Node | null} */ (event.relatedTarget))) this.open = false;
  }

  clear() {
    this.#search.cancel();
    this.#input.value = '';
    this.books = [];
  }
}

customElements.define('title-field', TitleField);
