import assert from 'node:assert/strict';
import {mock, test} from 'node:test';
import {settle} from '../support/browser.js';
import {installPage, page} from '../support/page.js';

installPage();
mock.timers.enable({apis: ['setInterval']}); // the clock of times that pass
Map.groupBy ??= (items, keyOf) => new Map(items.map((item) => [keyOf(item), items.filter((other) => keyOf(other) === keyOf(item))])); // Node.js 20 has none
const {UnreadMark} = await import('../../src/notification/unread-mark.js');
const {NotificationList} = await import('../../src/notification/notification-list.js');
const {Store} = await import('../../src/client/store.js');
const {ApiError} = await import('../../src/client/http.js');

function session(api) {
  return Object.assign(new EventTarget(), {store: new Store(), api: {notifications: async () => ({items: [], next_cursor: null}), ...api}});
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
  list.session.api.notifications = async () => ({items: [], next_cursor: 'more'});
  await readAll(list);
  assert.equal(list.session.store.unread, 0);
});

/** Presses the button of the list's head. */
async function readAll(list) {
  const button = list.render().values.find((value) => value?.strings?.[0].includes('notifications-read-all'));
  await button.values.find((value) => typeof value === 'function')();
  await settle();
}
