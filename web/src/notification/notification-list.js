import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {SessionElement} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {formError} from '../ui/form-field.js';
import {errorText} from '../ui/error-text.js';
import {translate} from '../words/translate.js';
import {groupByDay} from './group-by-day.js';
import {notificationLink, notificationText} from './notification-text.js';
import {keepNewest, markRead} from './reading.js';
import '../ui/time-ago.js';

/** @import {Notification} from '../client/types.js' */

/** The newest notifications by day. It reads them when it's shown, and again after the session has started afresh. */
export class NotificationList extends SessionElement {
  static properties = {loaded: {state: true}, cursor: {state: true}, failed: {state: true}};

  #generation = -1;

  constructor() {
    super();
    /** Whether there was an answer. */
    this.loaded = false;
    /** @type {string | null} */
    this.cursor = null;
    this.failed = '';
  }

  firstUpdated() {
    this.#load(null);
  }

  render() {
    const notifications = this.session.store.newestNotifications;
    const {unread} = this.session.store;
    return html`<section class="notifications" aria-label=${translate('notification.title')} data-testid="notifications">
      <header class="notifications__head">
        <h2>${translate('notification.title')}</h2>
        ${unread > 0 ? html`<button type="button" class="button button--link" data-testid="notifications-read-all" @click=${() => this.#readAll()}>${translate('notification.read_all')}</button>` : nothing}
      </header>
      ${formError(this.failed)}
      ${notifications.length === 0 && this.loaded ? html`<p class="notifications__none" data-testid="notifications-empty">${translate('notification.none')}</p>` : nothing}
      ${groupByDay(notifications).map(
        ({day, items}) => html`<h3 class="notifications__day" data-testid="notifications-day">${day}</h3>
          <ol class="notifications__list">
            ${repeat(
              items,
              ({id}) => id,
              (notification) => this.#item(notification),
            )}
          </ol>`,
      )}
      ${this.cursor ? html`<button type="button" class="button button--link" data-testid="notifications-more" @click=${() => this.#load(this.cursor)}>${translate('notification.older')}</button>` : nothing}
    </section>`;
  }

  /** @param {Notification} notification */
  #item(notification) {
    const {id, created_at, read} = notification;
    const link = notificationLink(this.session, notification);
    const content = html`<span class="notification__text">${notificationText(notification)}</span> <time-ago class="notification__time" .time=${created_at}></time-ago>`;
    return html`<li class="notification ${read ? '' : 'notification--unread'}" data-testid="notification" data-notification-id=${id} data-read=${Boolean(read)}>
      ${link ? html`<a href=${link} @click=${() => this.#read(id)}>${content}</a>` : html`<span>${content}</span>`}
      ${read ? nothing : html`<button type="button" class="notification__read" aria-label=${`${translate('notification.read')}: ${notificationText(notification)}`} title=${translate('notification.read')} data-testid="notification-read" @click=${() => this.#read(id)}>${icon('check')}</button>`}
    </li>`;
  }

  storeChanged() {
    if (this.#generation !== this.session.store.generation) this.#load(null);
    super.storeChanged();
  }

  /** @param {string | null} cursor */
  async #load(cursor) {
    this.#generation = this.session.store.generation;
    try {
      const page = await this.session.api.notifications({limit: 30, cursor});
      if (cursor === null) keepNewest(this.session, page);
      else this.session.store.keepNotifications(page.items, false);
      this.cursor = page.next_cursor;
      this.loaded = true;
      this.failed = '';
    } catch (error) {
      this.failed = errorText(/** @type {Error} */ (error));
    }
  }

  /** @param {number} id */
  async #read(id) {
    if (!this.session.store.notifications.get(id)?.read) await markRead(this.session, [id]);
  }

  async #readAll() {
    try {
      await this.session.api.markRead({all: true});
    } catch (error) {
      this.failed = errorText(/** @type {Error} */ (error));
      return;
    }
    this.session.store.markAllRead();
    await this.#load(null);
  }
}

customElements.define('notification-list', NotificationList);
