import {html, nothing} from 'lit';
import {translate} from '../words/translate.js';
import {SessionElement} from '../ui/base-elements.js';
import {isFollowed} from '../follow/follow-list.js';

/** @import {Session} from '../client/session.js' */

/** After which snapshot a session's older notifications were read. @type {WeakMap<Session, number>} */
const loaded = new WeakMap();

/** Reads the notifications once after each snapshot where some are unread, so that it is known which requests they are about. @param {Session} session */
async function loadOnce(session) {
  const {generation, unread} = session.store;
  if (loaded.get(session) === generation || unread === 0) return;
  loaded.set(session, generation);
  try {
    const {items, next_cursor} = await session.api.notifications({limit: 100});
    session.store.keepNotifications(items, next_cursor === null);
  } catch {
    loaded.delete(session);
  }
}

/** A dot on a request that something is new about; looking at the request takes it away. */
export class UnreadMark extends SessionElement {
  static properties = {requestId: {attribute: false}, seen: {attribute: false}};

  #onVisibilityChange = () => this.requestUpdate();

  constructor() {
    super();
    this.requestId = 0;
    /** Whether the request lies open before the user's eyes. */
    this.seen = false;
  }

  get #unread() {
    return [...this.session.store.notifications.values()].filter((one) => !one.read && one.book_request_id === this.requestId && !isFollowed(one));
  }

  connectedCallback() {
    super.connectedCallback();
    loadOnce(this.session);
    document.addEventListener('visibilitychange', this.#onVisibilityChange);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#onVisibilityChange);
  }

  storeChanged() {
    loadOnce(this.session);
    super.storeChanged();
  }

  updated() {
    const ids = this.seen && !document.hidden ? this.#unread.map(({id}) => id) : [];
    if (ids.length === 0) return;
    this.session.store.markRead(ids);
    this.session.api.markRead({ids}).catch(() => import('./reading.js').then(({tellLater}) => tellLater(this.session, ids)).catch(() => {}));
  }

  render() {
    if (this.seen || this.#unread.length === 0) return nothing;
    return html`<span class="unread" role="img" aria-label=${translate('notification.new_here')} title=${translate('notification.new_here')} data-testid="request-unread"></span>`;
  }
}

customElements.define('unread-mark', UnreadMark);
