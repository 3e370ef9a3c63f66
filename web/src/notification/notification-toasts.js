import {say} from '../words/translate.js';
import {notificationLink} from './notification-link.js';
import {notificationText} from './notification-text.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {Notification} from '../client/types.js'
 */

/** Notifications that come faster than this are told together, ms. */
const BREATH = 1_500;

/**
 * Tells a session's notifications in passing: one at a time as it comes, a flood in one sentence, and what was missed
 * while away in one sentence too.
 */
export class Crier {
  /** @type {Notification[]} */
  #untold = [];
  #away = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #breath;

  /** @param {Session} session @param {(message: {text: string, tone: string, href?: string}) => void} tell */
  constructor(session, tell) {
    this.session = session;
    this.tell = tell;
    session.addEventListener('message', (event) => this.#heard(/** @type {CustomEvent} */ (event).detail));
    session.client.addEventListener('state', () => this.#speak());
  }

  /** @param {any} message */
  #heard(message) {
    if (message.type !== 'notification') return;
    this.#untold.push(message.notification);
    this.#away ||= this.session.client.status.state === 'catching-up';
    this.#speak();
  }

  #speak() {
    if (this.#breath || this.#untold.length === 0 || !this.#isCurrent) return;
    this.tell(this.#sentence());
    this.#untold = [];
    this.#away = false;
    this.#breath = setTimeout(() => {
      this.#breath = undefined;
      this.#speak();
    }, BREATH);
  }

  get #isCurrent() {
    const {state, refused} = this.session.client.status;
    return state === 'live' || refused === true;
  }

  #sentence() {
    const [first, ...more] = this.#untold;
    if (this.#away) return {text: say('notification.while_away', {count: this.#untold.length}), tone: 'plain'};
    if (more.length > 0) return {text: say('notification.more', {count: this.#untold.length}), tone: 'plain'};
    return {text: notificationText(first), tone: 'plain', href: first.book_request_id ? notificationLink(this.session, first) : undefined};
  }
}
