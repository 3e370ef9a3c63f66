import {html} from 'lit';
import {translate} from '../words/translate.js';
import {LightElement} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import '../words/later.js';

/** A text that is shown once, with a button that copies it. Its parts carry the test ids `<testid>` and `<testid>-copy`. */
export class CopyField extends LightElement {
  static properties = {value: {}, label: {}, testid: {}, copied: {state: true}};

  constructor() {
    super();
    this.value = '';
    this.label = '';
    this.testid = '';
    this.copied = false;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('value')) this.copied = false;
  }

  render() {
    return html`<p class="made-link__row">
      <input class="input" dir="ltr" readonly aria-label=${this.label} .value=${this.value} data-testid=${this.testid} @focus=${() => this.#input.select()} />
      <button type="button" class="button" data-testid="${this.testid}-copy" @click=${this.#copy}>${icon(this.copied ? 'check' : 'copy')} ${translate(this.copied ? 'invitations.copied' : 'invitations.copy')}</button>
    </p>`;
  }

  get #input() {
    return /** @type {HTMLInputElement} */ (this.querySelector('input'));
  }

  async #copy() {
    this.#input.select();
    try {
      await navigator.clipboard.writeText(this.value);
      this.copied = true;
    } catch {
      this.showToast(translate('keys.copy_by_hand'), 'plain');
    }
  }
}

customElements.define('copy-field', CopyField);
