import {translate} from '../words/translate.js';
import {notificationLink, notificationText} from './notification-text.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {Notification} from '../client/types.js'
 */

/** Notifications that come faster than this are told together, ms. */
const MIN_INTERVAL = 1_500;

/**
 * Tells a session's notifications in passing: one at a time as it comes, a flood in one sentence, and what was missed
 * while away in one sentence too.
 */
export class NotificationToasts {
  /** @type {Notification[]} */
  #pending = [];
  #away = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #cooldown;

  /** @param {Session} session @param {(message: {text: string, tone: string, href?: string}) => void} show */
  constructor(session, show) {
    this.session = session;
    this.show = show;
    session.addEventListener('message', (event) => this.#onMessage(/** @type {CustomEvent} */ (event).detail));
    session.client.addEventListener('state', () => this.#showPending());
  }

  /** @param {any} message */
  #onMessage(message) {
    if (message.type !== 'notification') return;
    this.#pending.push(message.notification);
    this.#away ||= this.session.client.status.state === 'catching-up';
    this.#showPending();
  }

  #showPending() {
    if (this.#cooldown || this.#pending.length === 0 || !this.#isCurrent) return;
    this.show(this.#toast());
    this.#pending = [];
    this.#away = false;
    this.#cooldown = setTimeout(() => {
      this.#cooldown = undefined;
      this.#showPending();
    }, MIN_INTERVAL);
  }

  get #isCurrent() {
    const {state, refused} = this.session.client.status;
    return state === 'live' || refused === true;
  }

  #toast() {
    const [first, ...more] = this.#pending;
    if (this.#away) return {text: translate('notification.while_away', {count: this.#pending.length}), tone: 'plain'};
    if (more.length > 0) return {text: translate('notification.more', {count: this.#pending.length}), tone: 'plain'};
    return {text: notificationText(first), tone: 'plain', href: notificationLink(this.session, first)};
  }
}
