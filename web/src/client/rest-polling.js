import {readAccess} from './session.js';

/**
 * @import {Session} from './session.js'
 * @import {BookRequest} from './types.js'
 */

/** How often what is shown is read again where nothing tells of changes, ms. */
const POLL_INTERVAL = 5_000;
/** A page that nobody looks at. */
const HIDDEN_POLL_INTERVAL = 60_000;
const PAGE_SIZE = 50;
/** What has changed more than that since the last time is left to the lists, which read on by themselves. */
const MAX_CHANGED = 500;

/**
 * Polls the server for what the store holds while every transport is refused, and after each of the user's own actions.
 * Loaded the first time that happens.
 *
 * @param {Session} session
 */
export function pollWhileRefused(session) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let on = false;
  let reading = false;
  let again = false;
  const told = new ToldRequests();

  const read = async () => {
    clearTimeout(timer);
    if (!on) return;
    if (reading) return void (again = true);
    reading = true;
    await readAll(session, told).catch(() => {});
    reading = false;
    if (!on) return;
    timer = setTimeout(read, again ? 0 : document.hidden ? HIDDEN_POLL_INTERVAL : POLL_INTERVAL);
    again = false;
  };

  const follow = () => {
    const refused = session.client.status.refused === true;
    if (refused === on) return;
    on = refused;
    clearTimeout(timer);
    if (on) read();
  };
  session.client.addEventListener('state', follow);
  follow();
  session.api.http.onDone = () => on && read();
  const shown = () => document.hidden || read();
  document.addEventListener('visibilitychange', shown);
  session.addEventListener('ended', () => {
    on = false;
    clearTimeout(timer);
    session.api.http.onDone = () => {};
    document.removeEventListener('visibilitychange', shown);
  });
}

/** Reads everything that a snapshot has, and tells views what is new as a live message would. @param {Session} session @param {ToldRequests} told */
async function readAll(session, told) {
  const {api, store, readQuota} = session;
  const isFirst = store.generation === 0;
  const hasOtherAccess = await readAccess(session);
  const administered = session.me.admin_of.map((one) => one.creator_id);
  const supported = session.me.memberships.map((one) => one.creator_id);
  const creators = [...new Set([...administered, ...supported])];
  const [{items: notifications, next_cursor, unread_notifications}, ...pages] = await Promise.all([
    api.notifications({limit: 30}),
    ...creators.map((creator) => told.readChanged(session, creator)),
  ]);
  const changed = pages.flatMap((page) => page.changed);
  if (isFirst) store.keepRequests(changed);
  else announce(session, changed);
  told.remember(pages);
  const newest = Math.max(0, ...store.notifications.keys());
  if (!isFirst) for (const one of notifications.toReversed()) if (one.id > newest && !one.read) session.applyMessage({type: 'notification', notification: one});
  store.keepNotifications(notifications, next_cursor === null);
  store.keepUnread(unread_notifications);
  await Promise.all([
    ...supported.map(readQuota),
    ...administered.map((creator) => api.counts(creator).then(({pending}) => store.keepPendingCount(creator, pending))),
    ...creators.map((creator) => api.creator(creator).then((one) => store.keepCreator(one))),
  ]);
  if (isFirst || hasOtherAccess) store.refreshed();
}

/** @typedef {{creatorId: number, read: BookRequest[], changed: BookRequest[]}} ChangedRequests newest change first */

/** Which state of each request views were told of. The user's own actions count as untold: views hear of those, too. */
class ToldRequests {
  /** @type {Map<number, Map<number, string | undefined>>} by creator, then by request */
  #stamps = new Map();

  /**
   * Reads the requests of a creator that have changed since the last time, or at the first time since they came to the store.
   *
   * @param {Session} session @param {number} creatorId @returns {Promise<ChangedRequests>}
   */
  async readChanged({api, store}, creatorId) {
    const stamps = this.#stamps.get(creatorId);
    const toldOf = (/** @type {number} */ id) => (stamps ? stamps.get(id) : stampOf(store.requests.get(id)));
    /** @type {BookRequest[]} */
    const read = [];
    /** @type {BookRequest[]} */
    const changed = [];
    /** @type {string | null} */
    let cursor = null;
    do {
      const {items, next_cursor} = await api.bookRequests({creator_id: creatorId, sort: 'updated', limit: PAGE_SIZE, cursor});
      const found = items.filter((request) => toldOf(request.id) !== stampOf(request));
      read.push(...items);
      changed.push(...found);
      cursor = stamps && found.length === items.length ? next_cursor : null;
    } while (cursor !== null && changed.length < MAX_CHANGED);
    return {creatorId, read, changed};
  }

  /** To be called once views were told. @param {ChangedRequests[]} pages */
  remember(pages) {
    for (const {creatorId, read} of pages) {
      const stamps = this.#stamps.get(creatorId) ?? new Map();
      for (const request of read) stamps.set(request.id, stampOf(request));
      this.#stamps.set(creatorId, stamps);
    }
  }
}

/** @param {Session} session @param {BookRequest[]} requests newest change first */
function announce({store, applyMessage}, requests) {
  const newestId = Math.max(0, ...store.requests.keys());
  for (const request of requests.toReversed()) {
    const known = store.requests.get(request.id);
    const action = request.id > newestId ? 'created' : known?.status === request.status ? 'reply_added' : 'status_changed';
    applyMessage({type: 'book_request_update', action, book_request: request});
  }
}

/** @param {BookRequest} [request] */
function stampOf(request) {
  return request && `${request.status} ${request.updated_at} ${request.reply_count}`;
}
