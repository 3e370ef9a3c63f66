import {LitElement} from 'lit';

/**
 * @import {Session} from '../client/session.js'
 * @import {ServerMessage} from '../client/types.js'
 */

/** Stands for a property that whoever makes the element must give. @returns {any} */
export const given = () => undefined;

/** Every element of the page renders into the document itself, so that one set of style sheets and plain selectors reach it. */
export class Element extends LitElement {
  createRenderRoot() {
    return this;
  }

  /** @param {string} name @param {unknown} [detail] */
  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, {detail, bubbles: true}));
  }

  /** Shows a passing message. @param {string} text @param {'good' | 'plain'} [tone] */
  tell(text, tone = 'good') {
    this.emit('tell', {text, tone});
  }
}

/** An element that shows what the session's store holds, and follows it. */
export class SessionElement extends Element {
  /** @type {import('lit').PropertyDeclarations} */
  static properties = {session: {attribute: false}};

  #follow = () => this.storeChanged();
  #turned = () => this.periodTurned();
  #hear = (/** @type {Event} */ event) => this.heard(/** @type {CustomEvent} */ (event).detail);

  constructor() {
    super();
    /** @type {Session} */
    this.session = given();
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
    this.session.addEventListener('turned', this.#turned);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (!this.session) return;
    this.session.store.removeEventListener('change', this.#follow);
    this.session.removeEventListener('message', this.#hear);
    this.session.removeEventListener('turned', this.#turned);
  }

  /** For what the store does not hold: called with every live message. @param {ServerMessage} _message */
  heard(_message) {}

  /** The period of a quota is over: what depends on it is to be read again. */
  periodTurned() {}

  storeChanged() {
    this.requestUpdate();
  }
}
