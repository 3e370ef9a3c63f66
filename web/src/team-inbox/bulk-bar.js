import {html, nothing} from 'lit';
import {LightElement, required} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {translate} from '../words/translate.js';
import {undoableAnswersOf} from '../answer/undoable-answers.js';
import '../answer/saved-reply-choice.js';

/**
 * @import {Session} from '../client/session.js'
 */

/** One answer for all that is selected. Emits `clear`. */
export class BulkBar extends LightElement {
  static properties = {session: {attribute: false}, creatorId: {attribute: false}, selection: {attribute: false}};

  #onAnswersChange = () => {
    const draft = this.#answers.draftOf(-this.creatorId);
    if (draft && this.#text && this.#text.value !== draft) this.#text.value = draft; // words that came back
  };

  constructor() {
    super();
    /** @type {Session} */
    this.session = required();
    this.creatorId = 0;
    /** @type {Set<number>} */
    this.selection = new Set();
  }

  /** @param {import('lit').PropertyValues} changed */
  update(changed) {
    this.#answers.addEventListener('change', this.#onAnswersChange); // here, since the session may come after the element is connected
    super.update(changed);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#answers.removeEventListener('change', this.#onAnswersChange);
  }

  get #answers() {
    return undoableAnswersOf(this.session);
  }

  get #requests() {
    return [...this.selection]
      .flatMap((id) => this.session.store.requests.get(id) ?? [])
      .filter(({creator_id, user_id}) => this.session.mayDecideAbout(creator_id, user_id));
  }

  render() {
    if (this.selection.size === 0) return nothing;
    const count = this.#requests.length;
    return html`<section class="bulk-bar" aria-label=${translate('desk.bulk')} data-testid="bulk-bar">
      <p class="bulk-bar__count" role="status" data-testid="bulk-count">${translate('desk.selected', {count})}</p>
      <button type="button" class="chip__off bulk-bar__clear" aria-label=${translate('desk.clear')} title=${translate('desk.clear')} data-testid="bulk-clear" aria-keyshortcuts="Escape"
        @click=${() => this.emit('clear')}>${icon('close')}</button>
      <label class="visually-hidden" for="bulk-text">${translate('desk.bulk_word')}</label>
      <textarea id="bulk-text" class="input input--growing" rows="1" data-most="4000" placeholder=${translate('desk.bulk_word')} data-testid="bulk-text"
        .defaultValue=${this.#answers.draftOf(-this.creatorId)} @input=${this.#saveDraft}></textarea>
      <saved-reply-choice .session=${this.session} .creatorId=${this.creatorId} label=${translate('desk.canned')} @chosen=${this.#chosen}></saved-reply-choice>
      <div class="buttons">
        ${this.#yes === 'approved' ? this.#button(count, 'approved', 'check', 'button--good') : nothing}
        ${this.#yes === 'completed' ? this.#button(count, 'completed', 'book', 'button--good') : nothing}
        ${this.#yes ? this.#button(count, 'rejected', 'close', 'button--bad-quiet') : nothing}
      </div>
    </section>`;
  }

  /** @param {number} count @param {'approved' | 'completed' | 'rejected'} status @param {'check' | 'book' | 'close'} picture @param {string} look */
  #button(count, status, picture, look) {
    return html`<button type="button" class="button ${look}" data-testid="bulk-${status}" @click=${() => this.answer(status)}>
      ${icon(picture)} ${translate(`desk.do_all_${status}`, {count})}
    </button>`;
  }

  /** What saying yes to these means, if they can be answered at all. */
  get #yes() {
    const statuses = new Set(this.#requests.map(({status}) => status));
    return statuses.has('pending') ? 'approved' : statuses.has('approved') ? 'completed' : undefined;
  }

  /** Says yes, whatever that means by now. */
  approve() {
    if (this.#yes) this.answer(this.#yes);
  }

  get #text() {
    return /** @type {HTMLTextAreaElement} */ (this.querySelector('textarea'));
  }

  /** The word comes first. */
  focusText() {
    this.#text?.focus();
  }

  /** @param {CustomEvent} event */
  #chosen({detail}) {
    this.#text.value = detail;
    this.#text.focus();
    this.#saveDraft();
  }

  #saveDraft() {
    this.#answers.keepDraft(-this.creatorId, this.#text.value);
  }

  /** @param {'approved' | 'completed' | 'rejected'} status */
  answer(status) {
    const from = {approved: ['pending'], completed: ['approved'], rejected: ['pending', 'approved']}[status];
    const requests = this.#requests.filter((request) => from.includes(request.status));
    if (requests.length === 0) return;
    const response = this.#text.value.trim();
    this.#answers.add(requests, response ? {status, response} : {status});
    this.#text.value = '';
    this.#saveDraft();
    this.emit('clear');
  }
}

customElements.define('bulk-bar', BulkBar);
