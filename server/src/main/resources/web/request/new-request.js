import {html, nothing} from 'lit';
import {SessionElement} from '../ui/element.js';
import {field, formError} from '../ui/field.js';
import {icon} from '../ui/icons.js';
import {fieldsOf, Submission} from '../ui/submission.js';
import {allowanceRule} from '../quota/quota-words.js';
import {say} from '../words/words.js';

/** The form with which a supporter asks for a book. */
export class NewRequest extends SessionElement {
  static properties = {creatorId: {attribute: false}, more: {state: true}};

  #sending = new Submission(this);

  constructor() {
    super();
    this.creatorId = 0;
    /** Whether ISBN and note are shown. */
    this.more = false;
  }

  render() {
    const quota = this.session.store.quotas.get(this.creatorId);
    const creator = this.session.store.creators.get(this.creatorId);
    return html`<section class="panel" aria-labelledby="new-request-heading" data-testid="new-request">
      <h2 class="panel__title" id="new-request-heading">${say('ask.title')}</h2>
      ${creator?.accepting === false
        ? html`<p class="panel__text" data-testid="not-accepting">${icon('pause')} ${say('ask.paused', {name: creator.name})}</p>`
        : quota && quota.remaining === 0
          ? html`<p class="panel__text" data-testid="quota-exhausted">${say('ask.used_up')} ${allowanceRule(quota)}</p>`
          : this.#form()}
    </section>`;
  }

  #form() {
    const wrong = this.#sending.fields;
    const more = this.more || wrong.isbn || wrong.note;
    return html`<form novalidate @submit=${this.#send}>
      ${formError(this.#sending.message)}
      ${field({id: 'new-title', name: 'title', label: say('book.title'), testid: 'new-request-title', maxlength: 300, error: wrong.title})}
      ${field({id: 'new-author', name: 'author', label: say('book.author'), testid: 'new-request-author', maxlength: 300, error: wrong.author})}
      ${more
        ? [
            field({id: 'new-isbn', name: 'isbn', label: say('book.isbn'), testid: 'new-request-isbn', optional: true, error: wrong.isbn}),
            field({id: 'new-note', name: 'note', label: say('ask.note'), testid: 'new-request-note', optional: true, rows: 3, maxlength: 4000, error: wrong.note}),
          ]
        : html`<button type="button" class="button button--link" data-testid="new-request-more" @click=${this.#showMore}>${icon('plus')} ${say('ask.more')}</button>`}
      <button class="button button--main button--wide" data-testid="new-request-submit" ?disabled=${this.#sending.busy}>
        ${say(this.#sending.busy ? 'form.sending' : 'ask.send')}
      </button>
      ${Object.keys(wrong).length ? html`<p class="visually-hidden" role="alert">${say('form.attention')}</p>` : nothing}
    </form>`;
  }

  async #showMore() {
    this.more = true;
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector('#new-isbn'))?.focus();
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const {title = '', author = '', isbn, note} = fieldsOf(event);
    const request = {creator_id: this.creatorId, title, author, ...(isbn && {isbn}), ...(note && {note})};
    const done = await this.#sending.run((key) => this.session.ask(request, key), request);
    if (!done) return this.#showWrong();
    form.reset();
    this.more = false;
    this.tell(say('ask.asked', {title}));
  }

  async #showWrong() {
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector('[aria-invalid=true]'))?.focus();
  }
}

customElements.define('new-request', NewRequest);
