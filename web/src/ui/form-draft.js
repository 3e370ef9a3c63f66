/**
 * @import {ReactiveControllerHost} from 'lit'
 * @import {Drafts} from '../client/drafts.js'
 */

const NEVER_SAVED = new Set(['password', 'file', 'checkbox', 'radio', 'search']);

/**
 * Keeps what is written into an element's forms, and puts it back when a form is drawn again: after a reload, in the
 * next visit. The forms of elements within the element are theirs. A draft is read once: what another tab writes later
 * belongs to its own form, of which the browser keeps what was written last.
 */
export class FormDraft {
  /** The fields that were filled: what is emptied by hand stays empty. @type {WeakSet<Element>} */
  #filled = new WeakSet();
  #form = '';
  /** What is written here, by field. @type {Record<string, string>} */
  #words = {};
  /** Whether something was written here, not only found. */
  #isTyped = false;

  /** @param {ReactiveControllerHost & HTMLElement} host @param {() => {drafts: Drafts, form: string}} where a form without a name is not kept */
  constructor(host, where) {
    this.host = host;
    this.where = where;
    host.addController(this);
  }

  hostConnected() {
    this.host.addEventListener('input', this.#keep);
    addEventListener('pagehide', this.#keepLast);
  }

  hostDisconnected() {
    this.host.removeEventListener('input', this.#keep);
    removeEventListener('pagehide', this.#keepLast);
  }

  hostUpdated() {
    if (!this.#fillIn()) setTimeout(() => this.#fillIn()); // a field of an element within the form is drawn after it
  }

  /** @returns {boolean} whether all fields are there */
  #fillIn() {
    let isComplete = true;
    for (const [name, text] of Object.entries(this.#read())) {
      const fields = /** @type {NodeListOf<HTMLInputElement>} */ (this.host.querySelectorAll(`form [name="${name}"]`));
      const field = [...fields].find((one) => this.#isMine(one));
      if (field && !this.#filled.has(field)) this.#fill(field, text);
      if (!field && fields.length > 0) this.drop(name); // of another element's form, kept by an earlier version
      isComplete &&= fields.length > 0;
    }
    return isComplete;
  }

  #read() {
    const {drafts, form} = this.where();
    if (form !== this.#form) {
      this.#form = form;
      this.#words = drafts.of(form);
      this.#isTyped = false;
    }
    return this.#words;
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
    return field in this.#read();
  }

  get isEmpty() {
    return Object.keys(this.#read()).length === 0;
  }

  /** Keeps what stands in the form, and what was sent and refused. @param {Record<string, string>} [refused] from {@link drop} */
  keepAll(refused = {}) {
    for (const field of this.host.querySelectorAll('form [name]')) this.#keep({target: field});
    this.#write({...refused, ...this.#read()});
  }

  /**
   * It is sent, or kept by the send queue, or thrown away. What another tab has written since stays.
   *
   * @param {...string} fields where it is not all that is written here
   * @returns {Record<string, string>} what was written
   */
  drop(...fields) {
    const {drafts, form} = this.where();
    const before = this.#read();
    const isLast = JSON.stringify(drafts.of(form)) === JSON.stringify(before);
    this.#words = Object.fromEntries(Object.entries(before).filter(([name]) => fields.length > 0 && !fields.includes(name)));
    if (isLast) drafts.set(form, this.#words);
    return before;
  }

  /** @param {HTMLFormElement} form that is being sent @returns {() => void} to be called when it has been sent: what is written since stays */
  sending(form) {
    const empty = sentForm(form);
    return () => {
      for (const name of empty()) this.drop(name);
    };
  }

  /** Whether its form is drawn by the host itself. @param {HTMLInputElement | HTMLSelectElement} field */
  #isMine({form}) {
    let around = form?.parentElement;
    while (around && !around.localName.includes('-')) around = around.parentElement;
    return around === this.host;
  }

  /** @param {Record<string, string>} words */
  #write(words) {
    const {drafts, form} = this.where();
    this.#words = words;
    this.#isTyped = true;
    drafts.set(form, words);
  }

  /** @param {Event} event */
  #keep = (/** @type {{target: EventTarget | null}} */ {target}) => {
    const field = /** @type {HTMLInputElement} */ (target);
    if (!field.name || NEVER_SAVED.has(field.type) || !this.#isMine(field) || !this.where().form) return;
    this.#filled.add(field);
    const {[field.name]: _before, ...others} = this.#read();
    this.#write(field.value.trim() === '' ? others : {...others, [field.name]: field.value});
  };

  /** Another tab may have written over it. */
  #keepLast = () => {
    if (this.#isTyped && !this.isEmpty) this.#write(this.#words);
  };
}

/** @param {HTMLFormElement} form that is being sent @returns {() => string[]} empties the fields that still hold what was sent, and names them */
export function sentForm(form) {
  const sent = new FormData(form);
  return () =>
    [.../** @type {Iterable<any>} */ (form.elements)].filter((field) => isSent(field, sent.getAll(field.name)) && resetField(field)).map(({name}) => name);
}

/** @param {any} field @param {unknown[]} sent */
function isSent({type, value, checked}, sent) {
  return type === 'checkbox' ? checked === sent.includes(value) : sent.includes(value);
}

/** @param {any} field */
function resetField(field) {
  field.checked = field.defaultChecked;
  field.value = field.defaultValue ?? ([...field.options].find(({defaultSelected}) => defaultSelected) ?? field.options[0]).value;
  return true;
}
