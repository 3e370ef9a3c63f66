import {scopedName} from '../base-path.js';

/** @typedef {{banner: boolean, bell: boolean}} Choices how the user of this browser wants to be told when no tab has the focus */

const KEPT_AS = scopedName('bookbell.alerts');

/** @returns {Choices} */
export function alertChoices() {
  const kept = JSON.parse(localStorage.getItem(KEPT_AS) ?? '{}');
  return {banner: Boolean(kept.banner) && notificationPermission() === 'granted', bell: Boolean(kept.bell)};
}

/** @param {Partial<Choices>} change */
export function chooseAlerts(change) {
  localStorage.setItem(KEPT_AS, JSON.stringify({...alertChoices(), ...change}));
}

/** What the browser allows; some have no notifications, and none has them in a page that is not served over TLS. @returns {NotificationPermission | 'unsupported'} */
export function notificationPermission() {
  return /** @type {typeof Notification | undefined} */ (globalThis.Notification)?.permission ?? 'unsupported';
}
