import {html} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {Element} from '../ui/element.js';

const STAYS = 6_000;
const MOST = 3;

/** @typedef {{id: number, text: string, tone: string, href?: string}} Toast */

/** Passing messages in a corner, read out by screen readers. */
export class ToastRegion extends Element {
  static properties = {toasts: {state: true}};

  #next = 1;

  constructor() {
    super();
    /** @type {Toast[]} */
    this.toasts = [];
  }

  /** @param {{text: string, tone?: string, href?: string}} message */
  show({text, tone = 'good', href}) {
    const id = this.#next++;
    this.toasts = [...this.toasts, {id, text, tone, href}].slice(-MOST);
    setTimeout(() => this.#drop(id), STAYS);
  }

  render() {
    return html`<div class="toasts" role="status" aria-live="polite">
      ${repeat(
        this.toasts,
        ({id}) => id,
        ({id, text, tone, href}) => html`<div class="toast toast--${tone}" data-testid="toast">
          ${href ? html`<a href=${href} @click=${() => this.#drop(id)}>${text}</a>` : html`<span>${text}</span>`}
        </div>`,
      )}
    </div>`;
  }

  /** @param {number} id */
  #drop(id) {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }
}

customElements.define('toast-region', ToastRegion);
