/**
 * @import {Session} from './session.js'
 */

/** How often what is shown is read again where nothing tells of changes, ms. */
const POLL_INTERVAL = 5_000;
/** A page that nobody looks at. */
const HIDDEN_POLL_INTERVAL = 60_000;

/**
 * Polls the server for what the store holds while WebSockets are refused, and after each of the user's own actions.
 * Loaded when the first WebSocket is refused.
 *
 * @param {Session} session
 */
export function pollWhileRefused(session) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let on = false;
  let reading = false;
  let again = false;

  const read = async () => {
    clearTimeout(timer);
    if (!on) return;
    if (reading) return void (again = true);
    reading = true;
    await readAll(session).catch(() => {});
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

/** What is new is told to views as a live message would tell it. @param {Session} session */
async function readAll(session) {
  const {api, me, store, readQuota} = session;
  const isFirst = store.generation === 0;
  const administered = me.admin_of.map((one) => one.creator_id);
  const supported = me.memberships.map((one) => one.creator_id);
  const [{items: notifications, next_cursor}, ...pages] = await Promise.all([
    api.notifications({limit: 30}),
    ...[...new Set([...administered, ...supported])].map((creator_id) => api.bookRequests({creator_id, limit: 50})),
  ]);
  const requests = pages.flatMap(({items}) => items);
  if (isFirst) store.keepRequests(requests);
  else for (const request of requests.reverse()) applyRequest(session, request);
  const newest = Math.max(0, ...store.notifications.keys());
  if (!isFirst) for (const one of notifications.toReversed()) if (one.id > newest && !one.read) session.applyMessage({type: 'notification', notification: one});
  store.keepNotifications(notifications, next_cursor === null);
  await Promise.all([
    ...supported.map(readQuota),
    ...administered.map((creator) => api.counts(creator).then(({pending}) => store.keepPendingCount(creator, pending))),
  ]);
  if (isFirst) store.refreshed();
}

/** @param {Session} session @param {import('./types.js').BookRequest} request */
function applyRequest(session, request) {
  const known = session.store.requests.get(request.id);
  if (known?.updated_at === request.updated_at && known.status === request.status) return;
  const action = !known ? 'created' : known.status === request.status ? 'reply_added' : 'status_changed';
  session.applyMessage({type: 'book_request_update', action, book_request: request});
}
