import assert from 'node:assert/strict';
import {beforeEach, mock, test} from 'node:test';
import {pollWhileRefused} from '../../src/client/rest-polling.js';
import {pass, settle} from '../support/browser.js';

let session;
let calls;
let heard;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({apis: ['setTimeout', 'Date']});
  globalThis.document = Object.assign(new EventTarget(), {hidden: false});
  calls = [];
  heard = [];
  const call =
    (name, answer) =>
    async (...parts) => {
      calls.push(name);
      return typeof answer === 'function' ? answer(...parts) : answer;
    };
  session = new EventTarget();
  session.client = Object.assign(new EventTarget(), {status: {state: 'live'}});
  session.me = {admin_of: [{creator_id: 1}], memberships: [{creator_id: 2}]};
  session.served = session.me;
  session.adoptMe = (me) => {
    session.me = me;
    heard.push('access');
  };
  session.requests = [];
  session.notifications = [];
  session.unread = 0;
  session.api = {
    http: {onDone: () => {}},
    me: call('me', () => session.served),
    notifications: call('notifications', () => ({items: session.notifications, next_cursor: null, unread_notifications: session.unread})),
    bookRequests: call('requests', page),
    counts: call('counts', {pending: 3}),
    creator: call('creator', (id) => ({id, notice: `notice of ${id}`})),
  };
  session.readQuota = call('quota', {});
  session.store = {
    generation: 0,
    requests: new Map(),
    notifications: new Map(),
    keepRequests: (requests) => requests.forEach((one) => session.store.requests.set(one.id, one)),
    keepNotifications: (notifications) => notifications.forEach((one) => session.store.notifications.set(one.id, one)),
    keepPendingCount: () => {},
    keepUnread: (count) => (session.store.unread = count),
    keepCreator: (creator) => session.store.creators.set(creator.id, creator),
    creators: new Map(),
    refreshed: () => session.store.generation++,
  };
  session.applyMessage = (message) => {
    heard.push(message.action ?? message.type);
    if (message.book_request) session.store.requests.set(message.book_request.id, message.book_request);
  };
});

/** As the server lists requests by their last change. */
function page({creator_id, sort, limit, cursor}) {
  assert.equal(sort, 'updated');
  const all = session.requests.filter((one) => one.creator_id === creator_id).sort((a, b) => b.updated_at.localeCompare(a.updated_at));
  const from = Number(cursor ?? 0);
  return {items: all.slice(from, from + limit), next_cursor: from + limit < all.length ? String(from + limit) : null};
}

function setStatus(status) {
  session.client.status = status;
  session.client.dispatchEvent(new Event('state'));
}

const refused = {state: 'offline', refused: true};
const request = (rest) => ({id: 1, creator_id: 2, status: 'pending', updated_at: '2026-11-20T12:00:00Z', ...rest});

test('nothing is polled while the socket works', async () => {
  pollWhileRefused(session);
  await pass(600_000);

  assert.deepEqual(calls, []);
});

test('while sockets are refused everything is read at once and every five seconds', async () => {
  pollWhileRefused(session);
  setStatus(refused);
  await settle();
  assert.deepEqual(new Set(calls), new Set(['me', 'notifications', 'requests', 'quota', 'counts', 'creator']));
  calls.length = 0;
  await pass(4_999);
  assert.deepEqual(calls, []);
  await pass(1);

  assert.equal(calls.includes('notifications'), true);
});

test('it ends when a socket works again', async () => {
  pollWhileRefused(session);
  setStatus(refused);
  await settle();
  setStatus({state: 'live'});
  calls.length = 0;
  await pass(600_000);

  assert.deepEqual(calls, []);
});

test('a page that nobody looks at asks seldom, and at once when it is shown', async () => {
  document.hidden = true;
  pollWhileRefused(session);
  setStatus(refused);
  await settle();
  calls.length = 0;
  await pass(59_999);
  assert.deepEqual(calls, []);
  document.hidden = false;
  document.dispatchEvent(new Event('visibilitychange'));
  await settle();

  assert.equal(calls.length > 0, true);
});

test("one's own action is followed by a reading", async () => {
  pollWhileRefused(session);
  setStatus(refused);
  await settle();
  calls.length = 0;
  session.api.http.onDone();
  await settle();

  assert.equal(calls.includes('requests'), true);
});

test('changes are told as live messages would tell them, each once', async () => {
  pollWhileRefused(session);
  session.requests = [request({})];
  setStatus(refused);
  await settle();
  assert.deepEqual(heard, []);
  session.requests = [request({status: 'approved', updated_at: '2026-11-20T12:01:00Z'}), request({id: 2})];
  session.notifications = [{id: 5, read: false}];
  await pass(5_000);
  assert.deepEqual(heard, ['created', 'status_changed', 'notification']);
  await pass(5_000);

  assert.equal(heard.length, 3);
});

test('a change of a request far down the list is told, and the list is not read through', async () => {
  const minute = (of) => `2026-11-20T12:${String(of).padStart(2, '0')}:00Z`;
  session.requests = Array.from({length: 60}, (_, i) => request({id: i + 1, updated_at: minute(0)}));
  pollWhileRefused(session);
  setStatus(refused);
  await settle();
  session.requests[0] = request({id: 1, status: 'rejected', updated_at: minute(1)});
  calls.length = 0;
  await pass(5_000);
  assert.deepEqual(heard, ['status_changed']);
  assert.equal(calls.filter((name) => name === 'requests').length, 2); // one for each creator
  session.requests = session.requests.map((one) => ({...one, reply_count: 1, updated_at: minute(2)}));
  await pass(5_000);

  assert.equal(heard.length, 61);
});

test('what was read while something else failed is told the next time', async () => {
  pollWhileRefused(session);
  setStatus(refused);
  await settle();
  const {notifications} = session.api;
  session.api.notifications = () => Promise.reject(new Error('no'));
  session.requests = [request({})];
  await pass(5_000);
  assert.deepEqual(heard, []);
  session.api.notifications = notifications;
  await pass(5_000);

  assert.deepEqual(heard, ['created']);
});

test('after a socket that worked only what has changed since is told', async () => {
  session.store.generation = 1;
  session.store.keepRequests([request({}), request({id: 2})]);
  session.requests = [request({}), request({id: 2, status: 'approved', updated_at: '2026-11-20T12:01:00Z'})];
  pollWhileRefused(session);
  setStatus(refused);
  await settle();

  assert.deepEqual(heard, ['status_changed']);
});

test("views are told of the user's own actions, too", async () => {
  session.requests = [request({})];
  pollWhileRefused(session);
  setStatus(refused);
  await settle();
  const approved = request({status: 'approved', updated_at: '2026-11-20T12:01:00Z'});
  session.requests = [approved];
  session.store.keepRequests([approved]);
  session.api.http.onDone();
  await settle();

  assert.equal(heard.length, 1);
});

test('the number of unread notifications and what creators show are read', async () => {
  session.unread = 120;
  pollWhileRefused(session);
  setStatus(refused);
  await settle();

  assert.equal(session.store.unread, 120);
  assert.equal(session.store.creators.get(1).notice, 'notice of 1');
});

test('what the user may no longer see is not asked for any more', async () => {
  session.api.counts = () => Promise.reject(new Error('403')); // so the reading never came to its end
  pollWhileRefused(session);
  setStatus(refused);
  await settle();
  session.served = {admin_of: [], memberships: [{creator_id: 2}]};
  const {generation} = session.store;
  await pass(5_000);

  assert.deepEqual(heard, ['access']);
  assert.equal(session.store.generation, generation + 1);
});

test('a server that fails is asked again', async () => {
  session.api.notifications = () => Promise.reject(new Error('no'));
  pollWhileRefused(session);
  setStatus(refused);
  await settle();
  calls.length = 0;
  await pass(5_000);

  assert.equal(calls.includes('requests'), true);
});

test('after the end of the session nothing is asked', async () => {
  pollWhileRefused(session);
  setStatus(refused);
  await settle();
  session.dispatchEvent(new Event('ended'));
  calls.length = 0;
  await pass(600_000);

  assert.deepEqual(calls, []);
});
