import {html, nothing} from 'lit';
import {Element, given} from '../ui/element.js';
import {icon} from '../ui/icons.js';
import {Submission} from '../ui/submission.js';
import {say} from '../words/words.js';
import '../ui/confirm-button.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {BookRequest, Status} from '../client/types.js'
 */

/**
 * What an admin may do with a request now, with a word to its supporter. Emits `conflict` (detail: the refusal) when
 * it could not be done, `answered` when it was, and `drafting` while a word is being written.
 */
export class AnswerForm extends Element {
  static properties = {session: {attribute: false}, request: {attribute: false}, held: {attribute: false}};

  #sending = new Submission(this);

  constructor() {
    super();
    /** @type {Session} */
    this.session = given();
    /** @type {BookRequest} */
    this.request = given();
    /** While it is being told that someone else was first, no button does what it did not say before. */
    this.held = false;
  }

  render() {
    const {status, id, title, user_name} = this.request;
    if (status !== 'pending' && status !== 'approved') return nothing;
    const still = this.#sending.busy || this.held;
    return html`<form class="answer-form" aria-label=${say('answer.label', {title, id: String(id)})} @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <label class="visually-hidden" for="answer-${id}">${say('answer.word', {name: user_name})}</label>
      <textarea id="answer-${id}" class="input input--growing" rows="1" maxlength="4000" placeholder=${say('answer.word_hint')} data-testid="respond-text"
        @input=${this.#drafting}></textarea>
      <div class="answer-form__buttons">
        ${status === 'pending' ? this.#button('approved', say('answer.approve'), 'check', 'respond-approve') : this.#button('completed', say('answer.complete'), 'book', 'respond-complete')}
        <confirm-button testid="respond-reject" look="button--bad-quiet" label=${say('answer.decline')} question=${say('answer.decline_sure')} yes=${say('answer.decline')}
          ?disabled=${still} @confirmed=${() => this.#answer('rejected')} @asking=${this.#asking}></confirm-button>
      </div>
    </form>`;
  }

  /** @param {Status} status @param {string} label @param {'check' | 'book'} picture @param {string} testid */
  #button(status, label, picture, testid) {
    return html`<button type="button" class="button button--good" data-testid=${testid} ?disabled=${this.#sending.busy || this.held}
      @click=${(/** @type {MouseEvent} */ {detail: clicks}) => clicks > 1 || this.#answer(status)}>
      ${icon(picture)} ${label}
    </button>`;
  }

  get #text() {
    return /** @type {HTMLTextAreaElement} */ (this.querySelector('textarea'));
  }

  #drafting() {
    this.emit('drafting', {where: 'answer', drafting: this.#text.value.trim() !== ''});
  }

  /** @param {CustomEvent} event */
  #asking(event) {
    this.emit('drafting', {where: 'declining', drafting: event.detail});
  }

  /** @param {Status} status */
  async #answer(status) {
    const {id, title, user_name} = this.request;
    const response = this.#text.value.trim();
    const answer = response ? {status, response} : {status};
    const done = await this.#sending.run((key) => this.session.respond(id, answer, key), answer);
    if (!done) return this.emit('conflict', this.#sending.error);
    if (this.isConnected && this.#text) this.#text.value = '';
    this.tell(say(`answer.told_${status}`, {title, name: user_name}));
    this.emit('answered', id);
  }
}

customElements.define('answer-form', AnswerForm);
