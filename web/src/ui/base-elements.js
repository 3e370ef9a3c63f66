import {LitElement} from 'lit';

/**
 * @import {Session} from '../client/session.js'
 * @import {ServerMessage} from '../client/types.js'
 */

/** Stands for a property that whoever makes the element must give. @returns {any} */
export const required = () => undefined;

/** Every element of the page renders into the document itself, so that one set of style sheets and plain selectors reach it. */
export class LightElement extends LitElement {
  createRenderRoot() {
    return this;
  }

  /** @param {string} name @param {unknown} [detail] */
  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, {detail, bubbles: true}));
  }

  /** Shows a passing message. @param {string} text @param {'good' | 'plain'} [tone] */
  showToast(text, tone = 'good') {
    this.emit('toast', {text, tone});
  }
}

/** An element that shows what the session's store holds, and follows it. */
export class SessionElement extends LightElement {
  /** @type {import('lit').PropertyDeclarations} */
  static properties = {session: {attribute: false}};

  #follow = () => this.storeChanged();
  #turned = () => this.quotaPeriodChanged();
  #hear = (/** @type {Event} */ event) => this.messageReceived(/** @type {CustomEvent} */ (event).detail);

  constructor() {
    super();
    /** @type {Session} */
    this.session = required();
  }

  connectedCallback() {
    super.connectedCallback();
    this.#listen();
  }

  /** @param {import('lit').PropertyValues} changed */
  update(changed) {
    this.#listen();
    super.update(changed);
  }

  /** An element whose module arrives after it was rendered gets its session with its first update. Listening twice is listening once. */
  #listen() {
    if (!this.session || !this.isConnected) return;
    this.session.store.addEventListener('change', this.#follow);
    this.session.addEventListener('message', this.#hear);
    this.session.addEventListener('quota-period-changed', this.#turned);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (!this.session) return;
    this.session.store.removeEventListener('change', this.#follow);
    this.session.removeEventListener('message', this.#hear);
    this.session.removeEventListener('quota-period-changed', this.#turned);
  }

  /** For what the store does not hold: called with every live message. @param {ServerMessage} _message */
  messageReceived(_message) {}

  /** The period of a quota is over: what depends on it is to be read again. */
  quotaPeriodChanged() {}

  storeChanged() {
    this.requestUpdate();
  }
}
