import {html, nothing} from 'lit';
import {translate} from '../words/translate.js';
import {LightElement} from './base-elements.js';

/**
 * A button that asks in place before it does something that cannot be taken back. Emits `confirmed`, and `asking`
 * (detail: whether it is). Its parts carry the test ids `<testid>`, `<testid>-confirm`, `<testid>-back`.
 */
export class ConfirmButton extends LightElement {
  static properties = {
    label: {},
    question: {},
    yes: {},
    testid: {},
    look: {},
    disabled: {type: Boolean},
    asking: {state: true},
  };

  constructor() {
    super();
    this.label = '';
    this.question = '';
    this.yes = '';
    this.testid = '';
    this.look = 'button--quiet';
    this.disabled = false;
    this.asking = false;
  }

  render() {
    if (!this.asking)
      return html`<button type="button" class="button ${this.look}" data-testid=${this.testid} aria-disabled=${this.disabled} @click=${() => this.#ask(true)}>
        ${this.label}
      </button>`;
    return html`<span class="confirm" role="group" aria-label=${this.question} @keydown=${this.#escape}>
      ${this.question ? html`<span class="confirm__question">${this.question}</span>` : nothing}
      <button type="button" class="button button--bad" data-testid="${this.testid}-confirm" aria-disabled=${this.disabled} @click=${this.#confirm}>${this.yes}</button>
      <button type="button" class="button button--quiet" data-testid="${this.testid}-back" @click=${() => this.#ask(false)}>${translate('form.keep')}</button>
    </span>`;
  }

  /** @param {boolean} asking */
  async #ask(asking) {
    this.asking = asking;
    this.emit('asking', asking);
    await this.updateComplete;
    this.querySelector('button')?.focus();
  }

  #confirm() {
    this.asking = false;
    this.emit('asking', false);
    this.emit('confirmed');
  }

  /** @param {KeyboardEvent} event */
  #escape(event) {
    if (event.key === 'Escape') this.#ask(false);
  }
}

customElements.define('confirm-button', ConfirmButton);
