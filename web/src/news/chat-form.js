import {html} from 'lit';
import {LightElement} from '../ui/base-elements.js';
import {sentForm} from '../ui/form-draft.js';
import {formField} from '../ui/form-field.js';
import {translate} from '../words/translate.js';
import './news-words.js';

const CHATS = ['discord', 'ntfy', 'telegram', 'webhook'];

/** Adds a chat or program as a channel. Fires `chosen` with the channel. */
export class ChatForm extends LightElement {
  static properties = {kinds: {attribute: false}, error: {attribute: false}, busy: {attribute: false}, kind: {state: true}};

  /** @type {() => void} */
  #clear = () => {};

  constructor() {
    super();
    /** What is set up here. @type {string[]} */
    this.kinds = [];
    this.error = '';
    this.busy = false;
    this.kind = '';
  }

  render() {
    const offered = CHATS.filter((each) => this.kinds.includes(each));
    const kind = this.kind || offered[0];
    return html`<form class="news-add" novalidate @submit=${this.#submit} @change=${this.#change} data-testid="chat-add">
      ${formField({id: 'chat-kind', name: 'kind', label: translate('news.chat_kind'), testid: 'chat-kind', value: kind, options: offered.map((each) => [each, translate(`news.kind_${each}`)])})}
      ${formField({id: 'chat-target', name: 'target', label: translate('news.chat_target'), hint: translate(`news.chat_${kind}`), testid: 'chat-target', error: this.error})}
      <button class="button" data-testid="chat-add-submit" aria-disabled=${this.busy}>${translate('news.add')}</button>
    </form>`;
  }

  /** @param {Event} event */
  #change({target}) {
    const {name, value} = /** @type {HTMLSelectElement} */ (target);
    if (name === 'kind') this.kind = value;
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    this.#clear = sentForm(form);
    const {kind, target} = Object.fromEntries(new FormData(form));
    this.dispatchEvent(new CustomEvent('chosen', {detail: {kind, target: String(target).trim()}}));
  }

  /** Empties the form after its channel was saved; what is written since stays. */
  clear() {
    this.#clear();
  }
}

customElements.define('chat-form', ChatForm);
