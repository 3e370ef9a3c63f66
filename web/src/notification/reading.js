/**
 * @import {Session} from '../client/session.js'
 * @import {Store} from '../client/store.js'
 * @import {Notification} from '../client/types.js'
 */

/** If the connection isn't lost meanwhile, which has it tried when it's back, ms. */
const RETRY_AFTER = 20_000;

/** What was read here and the server doesn't know. @type {WeakMap<Session, Set<number>>} */
const untoldBySession = new WeakMap();

/** Shows notifications as read and tells the server, however often that takes. @param {Session} session @param {number[]} ids */
export function markRead(session, ids) {
  session.store.markRead(ids);
  return session.api.markRead({ids}).catch(() => tellLater(session, ids));
}

/** Tells the server what it could not be told. @param {Session} session @param {number[]} ids */
export function tellLater(session, ids) {
  const untold = untoldBySession.get(session) ?? following(session);
  for (const id of ids) untold.add(id);
}

/** @param {Session} session */
function following(session) {
  /** @type {Set<number>} */
  const untold = new Set();
  untoldBySession.set(session, untold);
  let telling = false;
  const tell = async () => {
    const ids = [...untold];
    if (telling || ids.length === 0) return;
    telling = true;
    try {
      const {unread_notifications} = await session.api.markRead({ids});
      for (const id of ids) untold.delete(id);
      session.store.applyRead(ids); // a snapshot has come meanwhile that didn't know it
      session.store.keepUnread(unread_notifications);
    } catch (error) {
      const {status} = /** @type {import('../client/http.js').ApiError} */ (error);
      if (status >= 400 && status < 500 && status !== 429) untold.clear(); // it won't be taken later either
    } finally {
      telling = false;
    }
  };
  const onState = () => session.client.status.state === 'live' && tell();
  const timer = setInterval(tell, RETRY_AFTER);
  session.client.addEventListener('state', onState);
  session.addEventListener('ended', () => {
    clearInterval(timer);
    session.client.removeEventListener('state', onState);
  });
  return untold;
}

/**
 * Keeps the newest notifications and how many are unread in all, which another device may have changed. What came
 * while they were read is counted too.
 *
 * @param {Session} session @param {{items: Notification[], next_cursor: string | null, unread_notifications: number}} page
 */
export function keepNewest(session, {items, next_cursor, unread_notifications}) {
  const {store} = session;
  const untold = items.filter(({id, read}) => !read && untoldBySession.get(session)?.has(id)).length;
  const known = items.map((one) => (untoldBySession.get(session)?.has(one.id) ? {...one, read: true} : one));
  store.keepNotifications(known, next_cursor === null);
  const unread = unread_notifications - untold;
  const others = unreadOf([...store.notifications.values()]).filter(({id}) => !items.some((one) => one.id === id));
  const isLater = (/** @type {Notification} */ {id}) => id > (items[0]?.id ?? 0);
  if (unreadOf(known).length === unread) store.applyRead(others.filter((one) => !isLater(one)).map(({id}) => id));
  store.keepUnread(unread + others.filter(isLater).length);
}

/** @param {Notification[]} notifications */
const unreadOf = (notifications) => notifications.filter(({read}) => !read);
