import {html} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {LightElement} from './base-elements.js';

const TOAST_DURATION = 6_000;
const MAX_TOASTS = 3;

/** @typedef {{id: number, text: string, tone: string, href?: string, act?: () => void}} Toast one with an `act` is a button, and stays */

/** Passing messages in a corner, read out by screen readers. */
export class ToastRegion extends LightElement {
  static properties = {toasts: {state: true}};

  #next = 1;

  constructor() {
    super();
    /** @type {Toast[]} */
    this.toasts = [];
  }

  /** @param {{text: string, tone?: string, href?: string, act?: () => void}} message */
  show({text, tone = 'good', href, act}) {
    const id = this.#next++;
    const toasts = [...this.toasts, {id, text, tone, href, act}];
    const passing = toasts.filter((toast) => !toast.act).slice(-MAX_TOASTS);
    this.toasts = toasts.filter((toast) => toast.act || passing.includes(toast));
    if (!act) setTimeout(() => this.#removeToast(id), TOAST_DURATION);
  }

  render() {
    return html`<div class="toasts" role="status" aria-live="polite">
      ${repeat(
        this.toasts,
        ({id}) => id,
        (toast) => html`<div class="toast toast--${toast.tone}" data-testid="toast">${this.#content(toast)}</div>`,
      )}
    </div>`;
  }

  /** @param {Toast} toast */
  #content({id, text, href, act}) {
    if (act) return html`<button type="button" class="button button--link" data-testid="toast-act" @click=${act}>${text}</button>`;
    return href ? html`<a href=${href} @click=${() => this.#removeToast(id)}>${text}</a>` : html`<span>${text}</span>`;
  }

  /** @param {number} id */
  #removeToast(id) {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }
}

customElements.define('toast-region', ToastRegion);
