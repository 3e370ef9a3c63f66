import {html, nothing} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {translate} from '../words/translate.js';
import {savedRepliesOf, changesSavedReplies} from './saved-replies.js';

/** @import {SavedReply, ServerMessage} from '../client/types.js' */

/** Puts an answer that is kept ready into a text. Emits `chosen` (detail: the text); is nothing where there are none. */
export class SavedReplyChoice extends SessionElement {
  static properties = {creatorId: {attribute: false}, label: {}, answers: {state: true}};

  constructor() {
    super();
    this.creatorId = 0;
    this.label = '';
    /** @type {SavedReply[]} */
    this.answers = [];
  }

  connectedCallback() {
    this.#read(); // before this hears anything: what was read must be forgotten by then
    super.connectedCallback();
  }

  async #read() {
    this.answers = await savedRepliesOf(this.session, this.creatorId);
  }

  /** @param {ServerMessage} message */
  messageReceived(message) {
    if (changesSavedReplies(message, this.creatorId)) this.#read();
  }

  render() {
    if (this.answers.length === 0) return nothing;
    return html`<select class="input input--small canned-choice" aria-label=${this.label} data-testid="canned-choice" @change=${this.#chosen}>
      <option value="">${translate('desk.canned')}</option>
      ${this.answers.map(({id, name}) => html`<option value=${id}>${name}</option>`)}
    </select>`;
  }

  /** @param {Event} event */
  #chosen({target}) {
    const select = /** @type {HTMLSelectElement} */ (target);
    const answer = this.answers.find(({id}) => String(id) === select.value);
    select.value = '';
    if (answer) this.emit('chosen', answer.body);
  }
}

customElements.define('saved-reply-choice', SavedReplyChoice);
