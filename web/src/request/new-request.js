import {html, nothing} from 'lit';
import {isbnProblem} from '../book/isbn.js';
import '../book/title-field.js';
import {allowanceRule} from '../quota/quota-text.js';
import {FormDraft} from '../ui/form-draft.js';
import {SessionElement, lazyModule} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {icon} from '../ui/icon-set.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {truncate} from '../ui/text-limits.js';
import {translate} from '../words/translate.js';
import '../follow/asked-already.js';
import '../ui/book-cover.js';

const loadOffer = lazyModule(() => import('../news/push-offer.js'));

/** @import {IsbnProblem} from '../book/isbn.js' */
/** @import {TitleField} from '../book/title-field.js' */
/** @import {FoundBook} from '../client/types.js' */

/**
 * The form with which a supporter asks for a book. While a title is typed it offers books of the catalogue, and those
 * that were asked for already; neither is needed.
 */
export class NewRequest extends SessionElement {
  static properties = {
    creatorId: {attribute: false},
    more: {state: true},
    text: {state: true},
    sent: {state: true},
    chosen: {state: true},
    isbn: {state: true},
  };

  #sending = new FormSubmission(this);
  #draft = new FormDraft(this, () => ({drafts: this.session.drafts, form: `request-${this.creatorId}`}));

  constructor() {
    super();
    this.creatorId = 0;
    /** Whether ISBN and note are shown. */
    this.more = false;
    /** The title being typed. */
    this.text = '';
    /** Whether a request was sent, so that an answer will come. */
    this.sent = false;
    /** From the catalogue. @type {FoundBook | null} */
    this.chosen = null;
    /** What is wrong with the ISBN. @type {IsbnProblem} */
    this.isbn = '';
  }

  render() {
    const quota = this.session.store.quotas.get(this.creatorId);
    const creator = this.session.store.creators.get(this.creatorId);
    return html`<section class="panel" aria-labelledby="new-request-heading" data-testid="new-request">
      <h2 class="panel__title" id="new-request-heading">${translate('ask.title')}</h2>
      ${formError(this.#sending.message)}
      ${
        creator?.accepting === false
          ? html`<p class="panel__text" data-testid="not-accepting">${icon('pause')} ${translate('ask.paused', {name: creator.name})}</p>`
          : quota && quota.remaining === 0
            ? html`<div class="panel__text" data-testid="quota-exhausted"><p>${translate(quota.allowed === 0 ? 'quota.zero' : 'ask.used_up')}</p><h3>${translate('ask.when')}</h3><p>${allowanceRule(quota)}</p></div>`
            : this.#form()
      }
      ${this.sent ? html`<push-offer .session=${this.session}></push-offer>` : nothing}
    </section>`;
  }

  #form() {
    const wrong = this.#sending.fields;
    const more = this.more || wrong.isbn || wrong.note || this.#draft.has('isbn') || this.#draft.has('note');
    return html`<form novalidate @submit=${this.#send} @input=${this.#input}>
      <title-field .session=${this.session} .error=${wrong.title ?? ''} @typed=${this.#typed} @chosen=${this.#choose}></title-field>
      <asked-already .session=${this.session} .creatorId=${this.creatorId} .text=${this.text} @followed=${() => this.#clear()}></asked-already>
      ${this.chosen?.cover_id ? this.#cover(this.chosen) : nothing}
      ${formField({id: 'new-author', name: 'author', label: translate('book.author'), testid: 'new-request-author', maxlength: 300, error: wrong.author})}
      ${
        more
          ? [
              formField({id: 'new-isbn', name: 'isbn', label: translate('book.isbn'), testid: 'new-request-isbn', optional: true, error: wrong.isbn}),
              html`<p class="field__warning" role="status" data-testid="isbn-warning">${this.isbn ? translate(`ask.isbn_${this.isbn}`) : nothing}</p>`,
              formField({
                id: 'new-note',
                name: 'note',
                label: translate('ask.note'),
                testid: 'new-request-note',
                optional: true,
                rows: 3,
                maxlength: 4000,
                error: wrong.note,
              }),
            ]
          : html`<button type="button" class="button button--link" data-testid="new-request-more" @click=${this.#showMore}>${icon('plus')} ${translate('ask.more')}</button>`
      }
      <button class="button button--main button--wide" data-testid="new-request-submit" aria-disabled=${this.#sending.busy}>
        ${translate(this.#sending.busy ? 'form.sending' : 'ask.send')}
      </button>
      <p class="visually-hidden" role="alert">${Object.keys(wrong).length ? translate('form.attention') : nothing}</p>
    </form>`;
  }

  /** @param {FoundBook} book */
  #cover({title, authors, cover_id}) {
    return html`<div class="chosen" data-testid="chosen-cover">
      <book-cover class="chosen__cover" .title=${title} .author=${authors.join(', ')} .coverId=${cover_id}></book-cover>
      <button type="button" class="button button--link" data-testid="drop-cover" @click=${() => (this.chosen = null)}>${translate('ask.cover')}</button>
    </div>`;
  }

  async #showMore() {
    this.more = true;
    await this.updateComplete;
    this.#control('isbn')?.focus();
  }

  /** @param {string} name @returns {HTMLInputElement | null} */
  #control(name) {
    return this.querySelector(`[name=${name}]`);
  }

  /** @param {CustomEvent<string>} event */
  #typed({detail: text}) {
    this.text = text;
    this.chosen = null;
  }

  /** @param {CustomEvent<FoundBook>} event */
  async #choose({detail: book}) {
    this.chosen = book;
    this.text = book.title;
    this.more ||= book.isbns.length > 0;
    await this.updateComplete;
    const author = this.#control('author');
    const isbn = this.#control('isbn');
    if (author) author.value = truncate(book.authors.join(', '), 300);
    if (isbn) isbn.value = book.isbns[0] ?? '';
    this.isbn = '';
    this.#draft.keepAll();
  }

  /** @param {InputEvent} event */
  #input({target}) {
    const {name, value} = /** @type {HTMLInputElement} */ (target);
    if (name === 'isbn') this.isbn = isbnProblem(value);
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const {title = '', author = '', isbn, note} = formValues(event);
    const cover = this.chosen?.cover_id;
    const request = {creator_id: this.creatorId, title, author, ...(isbn && {isbn}), ...(note && {note}), ...(cover && {cover_id: cover})};
    const clear = this.#draft.sending(/** @type {HTMLFormElement} */ (event.target));
    let asked;
    let written;
    const done = await this.#sending.run(async (key) => {
      const asking = this.session.ask(request, key);
      written = this.#draft.drop(); // the send queue has it: a page that is left now sends it once, and is not to offer it again
      asked = await asking;
    }, request);
    if (!done) return this.#showWrong(written);
    clear();
    this.#forgetSent();
    if (asked) this.#offerNews();
    this.showToast(asked ? translate('ask.asked', {title}) : translate('request.will_be_sent', {title}));
  }

  #offerNews() {
    this.sent = true;
    loadOffer();
  }

  /** What is written since it was sent stays. */
  #forgetSent() {
    if (this.#draft.isEmpty) return this.#clear();
    if (this.#control('title')?.value) return;
    /** @type {TitleField | null} */ (this.querySelector('title-field'))?.clear();
    Object.assign(this, {text: '', chosen: null});
  }

  #clear() {
    this.#draft.drop();
    this.querySelector('form')?.reset();
    /** @type {TitleField | null} */ (this.querySelector('title-field'))?.clear();
    Object.assign(this, {more: false, text: '', chosen: null, isbn: ''});
  }

  /** @param {Record<string, string>} [written] */
  async #showWrong(written) {
    this.#draft.keepAll(written);
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector('[aria-invalid=true]'))?.focus();
  }
}

customElements.define('new-request', NewRequest);
