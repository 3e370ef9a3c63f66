import {ownName} from '../base-path.js';

/** @typedef {{banner: boolean, bell: boolean}} Choices how the user of this browser wants to be told when no tab has the focus */

const KEPT_AS = ownName('bookbell.alerts');

/** @returns {Choices} */
export function choices() {
  const kept = JSON.parse(localStorage.getItem(KEPT_AS) ?? '{}');
  return {banner: Boolean(kept.banner) && permission() === 'granted', bell: Boolean(kept.bell)};
}

/** @param {Partial<Choices>} change */
export function choose(change) {
  localStorage.setItem(KEPT_AS, JSON.stringify({...choices(), ...change}));
}

/** What the browser allows; some have no notifications, and none has them in a page that is not served over TLS. */
export function permission() {
  return globalThis.Notification?.permission ?? 'unsupported';
}
