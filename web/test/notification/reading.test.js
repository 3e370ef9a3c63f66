import assert from 'node:assert/strict';
import {mock, test} from 'node:test';
import {pass, settle} from '../support/browser.js';
import {press} from '../support/markup.js';
import {installPage, page} from '../support/page.js';

installPage();
mock.timers.enable({apis: ['setInterval']}); // the clock of times that pass
Map.groupBy ??= (items, keyOf) => new Map(items.map((item) => [keyOf(item), items.filter((other) => keyOf(other) === keyOf(item))])); // Node.js 20 has none
const {UnreadMark} = await import('../../src/notification/unread-mark.js');
const {NotificationList} = await import('../../src/notification/notification-list.js');
const {Store} = await import('../../src/client/store.js');
const {ApiError} = await import('../../src/client/http.js');

function session(api) {
  return Object.assign(new EventTarget(), {
    store: new Store(),
    api: {notifications: async () => ({items: [], next_cursor: null, unread_notifications: 0}), ...api},
  });
}

const notification = (id) => ({
  id,
  kind: 'reply_added',
  details: {},
  text: '',
  creator_id: 1,
  book_request_id: 7,
  created_at: '2026-01-01T00:00:00Z',
  read: false,
});

test('what comes to a request that lies open in a background tab is read as soon as the tab is looked at', async () => {
  const read = [];
  const mark = Object.assign(new UnreadMark(), {session: session({markRead: async ({ids}) => read.push(...ids)}), requestId: 7, seen: true});
  mark.performUpdate = () => {
    mark.isUpdatePending = false;
    mark.updated();
  };
  page.hidden = true;
  mark.connectedCallback();
  mark.session.store.keepNotifications([notification(1)], true);
  await settle();
  assert.deepEqual(read, []);

  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  await settle();
  assert.deepEqual(read, [1]);
});

test('requests that something is new about are known again after a second snapshot', async () => {
  const store = new Store();
  const mark = Object.assign(new UnreadMark(), {requestId: 7});
  mark.session = Object.assign(session({notifications: async () => ({items: [notification(1)], next_cursor: null})}), {store});
  const snapshot = {type: 'initial_data', book_requests: [], quota: [], pending_count: {}, creators: [], unread_notifications: 1};
  for (const time of ['first', 'second']) {
    store.apply(snapshot);
    mark.storeChanged();
    await settle();
    assert.deepEqual([...store.notifications.keys()], [1], time);
  }
});

test('where the server could not be told that all is read, nothing is', async () => {
  const list = new NotificationList();
  list.session = session({
    markRead: async () => {
      throw new ApiError(0, {code: 'unreachable', detail: ''});
    },
  });
  list.session.store.keepNotifications([notification(1), notification(2)], true);
  await readAll(list);
  assert.equal(list.session.store.unread, 2);
  assert.notEqual(list.failed, '');

  list.session.api.markRead = async () => {};
  list.session.api.notifications = async () => ({items: [], next_cursor: 'more', unread_notifications: 0});
  await readAll(list);
  assert.equal(list.session.store.unread, 0);
});

test('what the server could not be told is read is told when it is there again', async () => {
  const list = new NotificationList();
  const told = [];
  let away = true;
  const client = Object.assign(new EventTarget(), {status: {state: 'offline'}});
  const markRead = async ({ids}) => {
    if (away) throw new ApiError(0, {code: 'unreachable', detail: ''});
    told.push(ids);
    return {unread_notifications: 1};
  };
  list.session = Object.assign(session({markRead}), {client});
  const {store} = list.session;
  store.keepNotifications([notification(1), notification(2)], true);
  press(list, 'notification-read');
  await settle();
  assert.deepEqual(told, []);
  assert.equal(store.unread, 1);

  store.apply({type: 'initial_data', book_requests: [], quota: [], pending_count: {}, creators: [], unread_notifications: 2});
  away = false;
  client.status.state = 'live';
  client.dispatchEvent(new Event('state'));
  await settle();
  assert.deepEqual(told, [[2]]);
  assert.equal(store.unread, 1);

  away = true;
  store.keepNotifications([notification(3), notification(2), notification(1)], true);
  press(list, 'notification-read');
  await settle();
  away = false;
  await pass(20_000);
  assert.deepEqual(told, [[2], [3]]);
});

test('what another device has read is no longer counted, though it is older than what the list shows', async () => {
  const list = new NotificationList();
  const newest = (...items) => ({items, next_cursor: 'more', unread_notifications: 1});
  list.session = session({notifications: async () => newest(notification(40), {...notification(39), read: true})});
  const {store} = list.session;
  store.keepNotifications([40, 39, 5, 4].map(notification), true);
  assert.equal(store.unread, 4);

  list.firstUpdated();
  store.apply({type: 'notification', notification: notification(41)}); // while it is read
  await settle();
  assert.equal(store.unread, 2);
  assert.deepEqual(
    store.newestNotifications.filter(({read}) => !read).map(({id}) => id),
    [41, 40],
  );
});

/** Presses the button of the list's head. */
async function readAll(list) {
  press(list, 'notifications-read-all');
  await settle();
}
