import {html, nothing} from 'lit';
import {typingPresenceOf} from './typing-presence.js';
import {undoableAnswersOf} from './undoable-answers.js';
import {LightElement, required} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {translate} from '../words/translate.js';
import './saved-reply-choice.js';
import '../ui/confirm-button.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {BookRequest} from '../client/types.js'
 */

/** @typedef {'approved' | 'completed' | 'rejected'} Decision */

/**
 * What an admin may do with a request now, with an optional response to its supporter. Emits `answered` when it is
 * decided (it is sent a little later, see UndoableAnswers), and `drafting` while a response is being written.
 */
export class AnswerForm extends LightElement {
  static properties = {session: {attribute: false}, request: {attribute: false}, held: {attribute: false}, declining: {state: true}};

  #onChange = () => {
    const draft = this.#answers.draftOf(this.request.id);
    if (draft && this.#text && this.#text.value !== draft) this.#text.value = draft; // words that came back
    this.requestUpdate();
  };
  #couldDecide = true;
  /** The card around this form: whoever writes in it, a reply too, is answering the request. @type {HTMLElement | null} */
  #card = null;
  #onCardFocusIn = (/** @type {FocusEvent} */ {target}) => {
    if (/** @type {Element} */ (target).matches('textarea')) this.startAnswering();
  };
  #onCardFocusOut = (/** @type {FocusEvent} */ {relatedTarget}) => {
    if (!this.#card?.contains(/** @type {Node | null} */ (relatedTarget))) typingPresenceOf(this.session).stop(this.request.id);
  };
  #creatorChanged = () => {
    if (this.#mayDecide !== this.#couldDecide) this.requestUpdate();
  };

  constructor() {
    super();
    /** @type {Session} */
    this.session = required();
    /** @type {BookRequest} */
    this.request = required();
    /** While it is being told that someone else was first, no button does what it did not say before. */
    this.held = false;
    /** Whether the word that is being written is that of a refusal: Enter sends it. */
    this.declining = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#listen();
  }

  /** @param {import('lit').PropertyValues} changed */
  update(changed) {
    this.#listen();
    super.update(changed);
  }

  /** Where this module arrives after the card was rendered, the session comes with the first update. Listening twice is listening once. */
  #listen() {
    if (!this.session || !this.isConnected) return;
    this.#answers.addEventListener('change', this.#onChange);
    this.session.store.addEventListener('change', this.#creatorChanged);
    this.#card ??= /** @type {HTMLElement | null} */ (this.closest('request-card'));
    this.#card?.addEventListener('focusin', this.#onCardFocusIn);
    this.#card?.addEventListener('focusout', this.#onCardFocusOut);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#card?.removeEventListener('focusin', this.#onCardFocusIn);
    this.#card?.removeEventListener('focusout', this.#onCardFocusOut);
    this.#card = null;
    if (!this.session) return;
    this.#answers.removeEventListener('change', this.#onChange);
    this.session.store.removeEventListener('change', this.#creatorChanged);
    typingPresenceOf(this.session).stop(this.request.id);
  }

  /** Tells the team that this request is being answered. */
  startAnswering() {
    typingPresenceOf(this.session).start(this.request.id);
  }

  get #answers() {
    return undoableAnswersOf(this.session);
  }

  render() {
    const {status, id, title, user_name} = this.request;
    const coming = this.#answers.statusOf(id);
    if (coming) return html`<p class="answer-form__coming" data-testid="answer-coming">${translate(`desk.will_${coming}`, {title})}</p>`;
    if (status !== 'pending' && status !== 'approved') return this.#unsentWords();
    this.#couldDecide = this.#mayDecide;
    if (!this.#couldDecide) return html`<p class="answer-form__coming" data-testid="answer-own">${translate('answer.own')}</p>`;
    return html`<form class="answer-form" aria-label=${translate('answer.label', {title, id: String(id)})} @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <label class="visually-hidden" for="answer-${id}">${translate('answer.word', {name: user_name})}</label>
      <textarea id="answer-${id}" class="input input--growing" rows="1" data-most="4000" placeholder=${translate('answer.word_hint')} data-testid="respond-text"
        aria-describedby=${this.declining ? `answer-${id}-hint` : nothing} .defaultValue=${this.#answers.draftOf(id)} @input=${this.#drafting}
        @keydown=${this.#onKey}></textarea>
      <div class="answer-form__buttons">
        ${status === 'pending' ? this.#button('approved', translate('answer.approve'), 'check', 'respond-approve') : this.#button('completed', translate('answer.complete'), 'book', 'respond-complete')}
        <confirm-button testid="respond-reject" look="button--bad-quiet" label=${translate('answer.decline')} question=${translate('answer.decline_sure')} yes=${translate('answer.decline')}
          ?disabled=${this.held} @confirmed=${() => this.answer('rejected')} @asking=${this.#asking}></confirm-button>
        <saved-reply-choice .session=${this.session} .creatorId=${this.request.creator_id} label=${translate('desk.canned')} @chosen=${this.#onChosen}></saved-reply-choice>
      </div>
      ${this.declining ? html`<p class="answer-form__hint" id="answer-${id}-hint" data-testid="decline-hint">${translate('desk.decline_hint')}</p>` : nothing}
    </form>`;
  }

  /** What was written for a request that somebody else has closed meanwhile. */
  #unsentWords() {
    const words = this.#answers.draftOf(this.request.id);
    if (!words) return nothing;
    return html`<div class="answer" data-testid="answer-unsent">
      <p class="answer__who">${translate('answer.unsent')}</p>
      <p class="answer__text" dir="auto">${words}</p>
      <button type="button" class="button button--quiet" data-testid="answer-unsent-remove" @click=${this.#removeWords}>${translate('unsent.remove')}</button>
    </div>`;
  }

  #removeWords() {
    this.#answers.keepDraft(this.request.id, '');
    this.requestUpdate();
  }

  /** @param {Decision} status @param {string} label @param {'check' | 'book'} picture @param {string} testid */
  #button(status, label, picture, testid) {
    return html`<button type="button" class="button button--good" data-testid=${testid} ?disabled=${this.held}
      @click=${(/** @type {MouseEvent} */ {detail: clicks}) => clicks > 1 || this.answer(status)}>
      ${icon(picture)} ${label}
    </button>`;
  }

  get #mayDecide() {
    return this.session.mayDecideAbout(this.request.creator_id, this.request.user_id);
  }

  get #text() {
    return /** @type {HTMLTextAreaElement | null} */ (this.querySelector('textarea'));
  }

  #drafting() {
    const text = this.#text?.value ?? '';
    this.#answers.keepDraft(this.request.id, text);
    this.emit('drafting', {where: 'answer', drafting: text.trim() !== ''});
  }

  /** @param {CustomEvent} event */
  #asking(event) {
    this.emit('drafting', {where: 'declining', drafting: event.detail});
  }

  /** @param {CustomEvent} event */
  #onChosen({detail}) {
    if (!this.#text) return;
    this.#text.value = detail;
    this.#text.focus();
    this.#drafting();
  }

  /** The word comes first. */
  async decline() {
    if (this.held || !this.#text) return;
    this.declining = true;
    await this.updateComplete;
    this.#text?.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.isComposing) return;
    if (event.key === 'Escape') {
      this.declining = false;
      /** @type {HTMLElement | null} */ (this.closest('request-card'))?.focus();
    } else if (event.key === 'Enter' && !event.shiftKey && this.declining) {
      event.preventDefault();
      this.answer('rejected');
    }
  }

  /** @param {Decision} status */
  answer(status) {
    const {id, status: before} = this.request;
    const possible = status === 'rejected' ? before === 'pending' || before === 'approved' : before === (status === 'approved' ? 'pending' : 'approved');
    if (!possible || !this.#mayDecide || this.held || this.#answers.statusOf(id)) return;
    const response = this.#text?.value.trim() ?? '';
    if (this.#text) this.#text.value = '';
    this.#answers.keepDraft(id, '');
    this.declining = false;
    this.#answers.add([this.request], response ? {status, response} : {status});
    this.emit('answered', id);
  }
}

customElements.define('answer-form', AnswerForm);
