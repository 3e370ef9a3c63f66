import {BASE, ownName} from '../base-path.js';
import {choices} from './alert-choices.js';

/** @import {Session} from '../client/session.js' */

/**
 * Tells of what is new outside the page, as the user has chosen: once for all tabs, by the one that leads, and only
 * while none of them has the focus. A tab that has it holds a lock for that long, which every tab can look for.
 */
export class Herald {
  /** @type {(() => void) | null} */
  #release = null;
  #listening = new AbortController();

  /** @param {Session} session @param {(address: string) => void} go */
  constructor(session, go) {
    this.session = session;
    this.go = go;
    this.lock = `${ownName('bookbell.focus')}.${session.me.user.id}`;
    for (const kind of ['focus', 'blur']) addEventListener(kind, () => this.#noteFocus(), {signal: this.#listening.signal});
    this.#noteFocus();
  }

  /** The session has ended. */
  stop() {
    this.#listening.abort();
    this.#release?.();
  }

  /** @param {{text: string, href?: string}} news */
  async tell(news) {
    if (!this.session.client.leads) return;
    const {banner, bell} = choices();
    if ((!banner && !bell) || (await this.#anyFocused())) return;
    if (bell) import('./bell-sound.js').then(({ringBell}) => ringBell(), () => {});
    if (banner) await this.#show(news);
  }

  #noteFocus() {
    if (!navigator.locks) return;
    if (!document.hasFocus()) return this.#letGo();
    if (this.#release) return;
    navigator.locks.request(this.lock, {mode: 'shared'}, () => this.#untilBlur());
    this.#release = () => {};
  }

  /** @returns {Promise<void> | void} */
  #untilBlur() {
    if (document.hasFocus()) return new Promise((done) => (this.#release = done));
  }

  #letGo() {
    this.#release?.();
    this.#release = null;
  }

  async #anyFocused() {
    if (!navigator.locks) return document.hasFocus();
    const {held = []} = await navigator.locks.query();
    return held.some(({name}) => name === this.lock);
  }

  /** @param {{text: string, href?: string}} news */
  async #show({text, href}) {
    const options = {body: text, icon: `${BASE}/icons/192.png`, badge: `${BASE}/icons/192.png`, tag: href ?? 'bookbell', data: href};
    const worker = await navigator.serviceWorker?.getRegistration();
    if (worker?.active) return worker.showNotification('Bookbell', options);
    const shown = new Notification('Bookbell', options);
    shown.onclick = () => {
      shown.close();
      focus();
      if (href) this.go(href);
    };
  }
}
