/**
 * @import {ReactiveControllerHost} from 'lit'
 * @import {Drafts} from '../client/drafts.js'
 */

/**
 * Keeps what is written into an element's form, and puts it back when the form is drawn again: after a reload, in the
 * next visit.
 */
export class Draft {
  /** The fields that were filled: what is emptied by hand stays empty. @type {WeakSet<Element>} */
  #filled = new WeakSet();

  /** @param {ReactiveControllerHost & HTMLElement} host @param {() => {drafts: Drafts, form: string}} where */
  constructor(host, where) {
    this.host = host;
    this.where = where;
    host.addController(this);
  }

  hostConnected() {
    this.host.addEventListener('input', this.#keep);
  }

  hostDisconnected() {
    this.host.removeEventListener('input', this.#keep);
  }

  hostUpdated() {
    const {drafts, form} = this.where();
    for (const [name, text] of Object.entries(drafts.of(form))) {
      const field = /** @type {HTMLInputElement | null} */ (this.host.querySelector(`form [name="${name}"]`));
      if (!field || this.#filled.has(field)) continue;
      this.#filled.add(field);
      if (field.value !== '') continue;
      field.value = text;
      if (field instanceof HTMLTextAreaElement) field.dispatchEvent(new Event('input', {bubbles: true}));
    }
  }

  /** @param {string} field whether there is something to put into it */
  has(field) {
    const {drafts, form} = this.where();
    return field in drafts.of(form);
  }

  /** It was sent, or thrown away. */
  drop() {
    const {drafts, form} = this.where();
    drafts.drop(form);
  }

  /** @param {Event} event */
  #keep = ({target}) => {
    const {name, value, form: inForm} = /** @type {HTMLInputElement} */ (target);
    if (!name || !inForm) return;
    this.#filled.add(/** @type {Element} */ (target));
    const {drafts, form} = this.where();
    drafts.keep(form, name, value);
  };
}
