import {LitElement, html} from 'lit';

/**
 * @import {Session} from '../client/session.js'
 * @import {ServerMessage} from '../client/types.js'
 */

/** Stands for a property that whoever makes the element must give. @returns {any} */
export const required = () => undefined;

/** A place whose words screen readers read when they come: they do so only of one that was there before. @param {'status' | 'alert'} role @param {unknown} content */
export const liveRegion = (role, content) => html`<div class="live" role=${role}>${content}</div>`;

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

  #onStoreChange = () => this.storeChanged();
  #onPeriodChange = () => this.quotaPeriodChanged();
  #onMessage = (/** @type {Event} */ event) => this.messageReceived(/** @type {CustomEvent} */ (event).detail);

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
    this.session.store.addEventListener('change', this.#onStoreChange);
    this.session.addEventListener('message', this.#onMessage);
    this.session.addEventListener('quota-period-changed', this.#onPeriodChange);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (!this.session) return;
    this.session.store.removeEventListener('change', this.#onStoreChange);
    this.session.removeEventListener('message', this.#onMessage);
    this.session.removeEventListener('quota-period-changed', this.#onPeriodChange);
  }

  /** For what the store does not hold: called with every live message. @param {ServerMessage} _message */
  messageReceived(_message) {}

  /** The period of a quota is over: what depends on it is to be read again. */
  quotaPeriodChanged() {}

  storeChanged() {
    this.requestUpdate();
  }
}

/** After a module did not come, ms. */
const RELOAD_AFTER = 5_000;

/**
 * A module that a first view can do without. Elements that it defines stand empty in the page until it has come.
 *
 * @param {() => Promise<unknown>} load
 * @returns {() => void} has it loaded, if it is not; one that did not come is asked for again, until it comes
 */
export function lazyModule(load) {
  /** @type {Promise<unknown> | undefined} */
  let loading;
  const loadOnce = () => {
    loading ??= load().catch(() => {
      loading = undefined;
      setTimeout(loadOnce, RELOAD_AFTER);
    });
  };
  return loadOnce;
}
