import {BASE_PATH, scopedName} from '../base-path.js';

/** @import {Session} from '../client/session.js' */

/**
 * Tells of what is new outside the page, as the user has chosen: once for all tabs, by the one that leads, and only
 * while none of them has the focus. A tab that has it holds a lock for that long, which every tab can look for.
 */
export class DesktopNotifications {
  /** What ends the wait for the lock, or gives it back. @type {AbortController | null} */
  #focus = null;
  #listening = new AbortController();

  /** @param {Session} session @param {(address: string) => void} go */
  constructor(session, go) {
    this.session = session;
    this.go = go;
    this.lock = `${scopedName('bookbell.focus')}.${session.me.user.id}`;
    for (const kind of ['focus', 'blur']) addEventListener(kind, () => this.#updateFocusLock(), {signal: this.#listening.signal});
    this.#updateFocusLock();
  }

  /** The session has ended. */
  stop() {
    this.#listening.abort();
    this.#focus?.abort();
  }

  /** @param {{text: string, href?: string}} news */
  async notify(news) {
    if (!this.session.client.leads) return;
    const {banner, bell} = alertChoices();
    if ((!banner && !bell) || (await this.#isAnyTabFocused())) return;
    if (bell)
      import('./bell-sound.js').then(
        ({ringBell}) => ringBell(),
        () => {},
      );
    if (banner) await this.#showNotification(news);
  }

  #updateFocusLock() {
    if (!navigator.locks) return;
    if (!document.hasFocus()) {
      this.#focus?.abort();
      this.#focus = null;
    } else if (!this.#focus) {
      this.#focus = new AbortController();
      holdUntil(this.#focus.signal, this.lock);
    }
  }

  async #isAnyTabFocused() {
    if (!navigator.locks || document.hasFocus()) return document.hasFocus();
    const {held = []} = await navigator.locks.query();
    return held.some(({name}) => name === this.lock);
  }

  /** @param {{text: string, href?: string}} news */
  async #showNotification({text, href}) {
    const options = {body: text, icon: `${BASE_PATH}/icons/192.png`, badge: `${BASE_PATH}/icons/192.png`, tag: href ?? 'bookbell', data: href};
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

/** Holds a lock; it may be granted when it's no longer wanted. @param {AbortSignal} signal @param {string} lock */
function holdUntil(signal, lock) {
  const held = () => new Promise((done) => (signal.aborted ? done(undefined) : signal.addEventListener('abort', done)));
  navigator.locks.request(lock, {mode: 'shared', signal}, held).catch(() => {});
}

/** @typedef {{banner: boolean, bell: boolean}} Choices how the user of this browser wants to be told when no tab has the focus */

const STORAGE_KEY = scopedName('bookbell.alerts');

/** @returns {Choices} */
export function alertChoices() {
  const kept = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
  return {banner: Boolean(kept.banner) && notificationPermission() === 'granted', bell: Boolean(kept.bell)};
}

/** @param {Partial<Choices>} change */
export function chooseAlerts(change) {
  localStorage.setItem(STORAGE_KEY, JSON.stringify({...alertChoices(), ...change}));
}

/** What the browser allows; some have no notifications, and none has them in a page that is not served over TLS. @returns {NotificationPermission | 'unsupported'} */
export function notificationPermission() {
  return /** @type {typeof Notification | undefined} */ (globalThis.Notification)?.permission ?? 'unsupported';
}
