/**
 * @import {ReactiveControllerHost} from 'lit'
 * @import {Drafts} from '../client/drafts.js'
 */

/** Elements whose forms are kept: an element around one leaves its fields alone. @type {WeakSet<Element>} */
const hosts = new WeakSet();
const NEVER_SAVED = new Set(['password', 'file', 'checkbox', 'radio', 'search']);

/**
 * Keeps what is written into an element's form, and puts it back when the form is drawn again: after a reload, in the
 * next visit.
 */
export class FormDraft {
  /** The fields that were filled: what is emptied by hand stays empty. @type {WeakSet<Element>} */
  #filled = new WeakSet();

  /** @param {ReactiveControllerHost & HTMLElement} host @param {() => {drafts: Drafts, form: string}} where */
  constructor(host, where) {
    this.host = host;
    this.where = where;
    hosts.add(host);
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
      const fields = /** @type {NodeListOf<HTMLInputElement>} */ (this.host.querySelectorAll(`form [name="${name}"]`));
      const field = [...fields].find((one) => this.#isMine(one));
      if (!field || this.#filled.has(field)) continue;
      this.#filled.add(field);
      if (field.value !== '' && field.value !== field.defaultValue && !(field instanceof HTMLSelectElement)) continue;
      field.value = text;
      if (field instanceof HTMLTextAreaElement) field.dispatchEvent(new Event('input', {bubbles: true}));
    }
  }

  /** @param {string} field whether there is something to put into it */
  has(field) {
    const {drafts, form} = this.where();
    return field in drafts.of(form);
  }

  /** It was refused after {@link drop}: what stands in the form is a draft again. */
  keepAll() {
    for (const field of this.host.querySelectorAll('form [name]')) this.#keep({target: field});
  }

  /** It is sent, or kept by the send queue, or thrown away. */
  drop() {
    const {drafts, form} = this.where();
    drafts.drop(form);
  }

  /** @param {Element} field */
  #isMine(field) {
    /** @type {Element | null} */
    let around = field;
    while (around && !hosts.has(around)) around = around.parentElement;
    return around === this.host;
  }

  /** @param {Event} event */
  #keep = (/** @type {{target: EventTarget | null}} */ {target}) => {
    const {name, value, type, form: inForm} = /** @type {HTMLInputElement} */ (target);
    if (!name || !inForm || NEVER_SAVED.has(type) || !this.#isMine(/** @type {Element} */ (target))) return;
    this.#filled.add(/** @type {Element} */ (target));
    const {drafts, form} = this.where();
    drafts.keep(form, name, value);
  };
}
