/**
 * @import {ReactiveControllerHost} from 'lit'
 * @import {Drafts} from '../client/drafts.js'
 */

const NEVER_SAVED = new Set(['password', 'file', 'checkbox', 'radio', 'search']);

/**
 * Keeps what is written into an element's forms, and puts it back when a form is drawn again: after a reload, in the
 * next visit. The forms of elements within the element are theirs.
 */
export class FormDraft {
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
      const fields = /** @type {NodeListOf<HTMLInputElement>} */ (this.host.querySelectorAll(`form [name="${name}"]`));
      const field = [...fields].find((one) => this.#isMine(one));
      if (field && !this.#filled.has(field)) this.#fill(field, text);
      if (!field && fields.length > 0) this.drop(name); // of another element's form, kept by an earlier version
    }
  }

  /** @param {HTMLInputElement | HTMLSelectElement} field @param {string} text */
  #fill(field, text) {
    const isSelect = field instanceof HTMLSelectElement;
    if (isSelect && ![...field.options].some(({value}) => value === text)) return; // its options may be still to come
    this.#filled.add(field);
    if (!isSelect && field.value !== '' && field.value !== field.defaultValue) return;
    field.value = text;
    if (isSelect || field.type === 'textarea') for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, {bubbles: true}));
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

  /** It is sent, or kept by the send queue, or thrown away. @param {...string} fields where it is not all that is written here */
  drop(...fields) {
    const {drafts, form} = this.where();
    if (fields.length === 0) drafts.drop(form);
    for (const field of fields) drafts.keep(form, field, '');
  }

  /** Whether its form is drawn by the host itself. @param {HTMLInputElement | HTMLSelectElement} field */
  #isMine({form}) {
    let around = form?.parentElement;
    while (around && !around.localName.includes('-')) around = around.parentElement;
    return around === this.host;
  }

  /** @param {Event} event */
  #keep = (/** @type {{target: EventTarget | null}} */ {target}) => {
    const field = /** @type {HTMLInputElement} */ (target);
    if (!field.name || NEVER_SAVED.has(field.type) || !this.#isMine(field)) return;
    this.#filled.add(field);
    const {drafts, form} = this.where();
    drafts.keep(form, field.name, field.value);
  };
}
