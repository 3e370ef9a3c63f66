import {html, nothing} from 'lit';
import {changesCreatorLists} from '../client/store.js';
import {SessionElement} from '../ui/base-elements.js';
import {translate} from '../words/translate.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {SavedReply, ServerMessage} from '../client/types.js'
 */

/** @type {WeakMap<Session, Map<number, Promise<SavedReply[]>>>} */
const read = new WeakMap();

/** Whether a team's ready answers may have changed. @param {ServerMessage} message @param {number} creatorId */
export function changesSavedReplies(message, creatorId) {
  return changesCreatorLists(message, creatorId) && (message.type !== 'desk_update' || message.kind === 'canned_responses_changed');
}

/** The answers that a team keeps ready, read once and again when they have changed. @param {Session} session @param {number} creatorId */
export function savedRepliesOf(session, creatorId) {
  const ofSession = read.get(session) ?? following(session);
  const known = ofSession.get(creatorId);
  if (known) return known;
  /** @type {Promise<SavedReply[]>} */
  const answers = session.api.savedReplies(creatorId).then(
    ({items}) => items,
    () => {
      ofSession.delete(creatorId);
      return [];
    },
  );
  ofSession.set(creatorId, answers);
  return answers;
}

/** @param {Session} session */
function following(session) {
  /** @type {Map<number, Promise<SavedReply[]>>} */
  const answers = new Map();
  session.addEventListener('message', (event) => {
    const message = /** @type {CustomEvent<ServerMessage>} */ (event).detail;
    for (const creatorId of [...answers.keys()]) if (changesSavedReplies(message, creatorId)) answers.delete(creatorId);
  });
  read.set(session, answers);
  return answers;
}

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
