import {html} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {truncateSearch} from '../ui/text-limits.js';
import {translate} from '../words/translate.js';

/** @import {Supporter} from '../client/types.js' */

const SEARCH_DELAY = 200;

/** One supporter of a creator, found while one types, or none. Emits `chosen` (detail: the user's id, 0 for all). */
export class SupporterChoice extends SessionElement {
  static properties = {creatorId: {attribute: false}, userId: {attribute: false}, found: {state: true}, name: {state: true}};

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #searchTimer;

  constructor() {
    super();
    this.creatorId = 0;
    this.userId = 0;
    /** @type {Supporter[]} */
    this.found = [];
    this.name = '';
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('userId') && this.userId) this.#readName();
  }

  async #readName() {
    const asked = this.userId;
    const supporter = await this.session.api.supporter(asked, this.creatorId).catch(() => undefined);
    if (asked === this.userId) this.name = supporter?.display_name ?? `${asked}`;
  }

  render() {
    if (this.userId)
      return html`<span class="chip" data-testid="inbox-supporter-chosen">
        <button type="button" class="button button--link" data-testid="supporter-open" @click=${this.#open}>${this.name || '…'}</button>
        <button type="button" class="chip__off" aria-label=${translate('desk.all_supporters')} data-testid="inbox-supporter-clear" @click=${() => this.emit('chosen', 0)}>${icon('close')}</button>
      </span>`;
    return html`<span class="choice">
      <label class="visually-hidden" for="inbox-supporter">${translate('desk.supporter')}</label>
      <input class="input input--small" id="inbox-supporter" list="inbox-supporters" autocomplete="off" placeholder=${translate('desk.supporter')} data-testid="inbox-supporter"
        @input=${this.#typed} @change=${this.#typed} @keydown=${this.#onKey} />
      <datalist id="inbox-supporters">${this.found.map(({display_name, email}) => html`<option value=${email}>${display_name}</option>`)}</datalist>
    </span>`;
  }

  async #open() {
    const {showSupporter} = await import('./supporter-drawer.js');
    showSupporter(this.session, this.creatorId, this.userId);
  }

  /** @param {Event} event */
  #typed({target}) {
    const text = /** @type {HTMLInputElement} */ (target).value.trim();
    const chosen = this.found.find(({email}) => email === text); // as the browser fills in what is chosen
    if (chosen) return this.emit('chosen', chosen.user_id);
    clearTimeout(this.#searchTimer);
    this.#searchTimer = setTimeout(() => this.#search(text), SEARCH_DELAY);
  }

  /** @param {string} text */
  async #search(text) {
    const {items} = text
      ? await this.session.api.supporters({creator_id: this.creatorId, q: truncateSearch(text), limit: 10}).catch(() => ({items: []}))
      : {items: []};
    this.found = items;
  }

  /** Enter chooses by the whole name, if only one has it. @param {KeyboardEvent} event */
  async #onKey({key, target, isComposing}) {
    const text = /** @type {HTMLInputElement} */ (target).value.trim();
    if (key !== 'Enter' || isComposing || !text) return;
    clearTimeout(this.#searchTimer);
    await this.#search(text);
    const named = this.found.filter(({display_name, email}) => [display_name, email].some((one) => one.toLocaleLowerCase() === text.toLocaleLowerCase()));
    if (named.length === 1 && this.isConnected && !this.userId) this.emit('chosen', named[0].user_id);
  }
}

customElements.define('supporter-choice', SupporterChoice);
