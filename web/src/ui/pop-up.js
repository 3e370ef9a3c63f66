import {html} from 'lit';
import {LightElement} from './base-elements.js';

/**
 * A button in the header with a panel under it. Closes on Escape, on a click elsewhere and when a link in it is
 * followed. `.button` and `.panel` are what stands in the two; the panel is rendered only while it is open, by this
 * element: listeners in it must be arrow functions.
 */
export class PopUp extends LightElement {
  static properties = {
    label: {},
    testid: {},
    button: {attribute: false},
    panel: {attribute: false},
    open: {state: true},
  };

  constructor() {
    super();
    this.label = '';
    this.testid = '';
    /** @type {unknown} */
    this.button = '';
    /** @type {() => unknown} */
    this.panel = () => '';
    this.open = false;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('click', this.#outside);
    document.addEventListener('keydown', this.#escape);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('click', this.#outside);
    document.removeEventListener('keydown', this.#escape);
  }

  render() {
    return html`
      <button type="button" class="pop-up__button" aria-label=${this.label} aria-expanded=${this.open} data-testid=${this.testid} @click=${this.#toggle}>
        ${this.button}
      </button>
      ${this.open ? html`<div class="pop-up__panel" @click=${this.#followed}>${this.panel()}</div>` : ''}
    `;
  }

  #toggle() {
    this.open = !this.open;
    this.emit(this.open ? 'opened' : 'closed');
  }

  #close() {
    if (!this.open) return;
    this.open = false;
    this.emit('closed');
  }

  /** @param {Event} event */
  #outside = (event) => {
    if (!event.composedPath().includes(this)) this.#close();
  };

  /** @param {KeyboardEvent} event */
  #escape = (event) => {
    if (event.key !== 'Escape' || !this.open) return;
    this.#close();
    this.querySelector('button')?.focus();
  };

  /** @param {Event} event */
  #followed(event) {
    if (/** @type {Element} */ (/** @type {unknown} */ (event.target)).closest('a')) this.#close();
  }
}

customElements.define('pop-up', PopUp);
