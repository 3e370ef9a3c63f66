import assert from 'node:assert/strict';
import {beforeEach, describe, mock, test} from 'node:test';
import {FrameThrottle, Store} from '../../src/client/store.js';
import {emptySnapshot} from '../support/browser.js';

const reply = (id) => ({id, user_id: 1, user_name: 'Ann', body: `reply ${id}`, created_at: '2026-11-20T12:00:00Z'});
const request = (rest) => ({id: 1, creator_id: 1, user_id: 2, status: 'pending', replies: [], reply_count: 0, updated_at: '2026-11-20T12:00:00Z', ...rest});
const update = (rest) => ({type: 'book_request_update', seq: 1, action: 'created', book_request: request(rest)});

let store;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({apis: ['setTimeout']});
  store = new Store();
});

describe('of two states of a request the newer one counts, whichever comes last', () => {
  const steps = {
    status: [{status: 'pending', updated_at: '2026-11-20T12:09:00Z'}, {status: 'approved'}],
    replies: [
      {replies: [reply(1)], reply_count: 1, updated_at: '2026-11-20T12:09:00Z'},
      {replies: [reply(2)], reply_count: 2},
    ],
    time: [{followers: 1}, {followers: 2, updated_at: '2026-11-20T12:01:00Z'}],
  };
  for (const [by, [older, newer]] of Object.entries(steps)) {
    test(`by its ${by}`, () => {
      for (const order of [
        [older, newer],
        [newer, older],
      ]) {
        store = new Store();
        for (const state of order) store.apply(update(state));
        const {replies, ...shown} = store.requests.get(1);
        const {replies: _, ...wanted} = request(newer);
        assert.deepEqual(shown, wanted);
        const all = [...(older.replies ?? []), ...(newer.replies ?? [])].map(({id}) => id);
        assert.deepEqual(
          replies.map(({id}) => id),
          all,
        );
      }
    });
  }
});

test('a message of another application changes nothing', () => {
  store.apply(update({}));
  mock.timers.tick(1_000);
  let changes = 0;
  store.addEventListener('change', () => changes++);
  store.apply({type: 'new_message', channel: 'chat', seq: 2, book_request: request({status: 'approved'})});
  mock.timers.tick(1_000);

  assert.equal(changes, 0);
  assert.equal(store.requests.get(1).status, 'pending');
});

describe('what the replaced system sends', () => {
  const withoutReplies = (rest) => {
    const {replies: _, reply_count: __, ...bare} = request(rest);
    return {type: 'book_request_update', action: 'created', book_request: bare};
  };

  test('a request without replies has none', () => {
    store.apply(withoutReplies({}));

    assert.deepEqual(store.requests.get(1).replies, []);
    store.apply(withoutReplies({}));
    assert.equal(store.requests.get(1).reply_count, 0);
  });

  test('a request without replies keeps the ones that are known, and is not older for that', () => {
    store.apply(update({replies: [reply(1)], reply_count: 4}));
    store.apply(withoutReplies({response: 'Soon', updated_at: '2026-11-20T12:05:00Z'}));

    const {replies, reply_count, response} = store.requests.get(1);
    assert.deepEqual([replies.map(({id}) => id), reply_count, response], [[1], 4, 'Soon']);
  });

  test('a pending count without a creator is that of the only creator', () => {
    store.apply({...emptySnapshot(), type: 'initial_data', pending_count: {7: 3}});
    store.apply({type: 'pending_count_update', pending_count: 4});

    assert.deepEqual([...store.pendingCounts], [[7, 4]]);
  });

  test('a pending count without a creator is ignored where there are several, or none', () => {
    store.apply({type: 'pending_count_update', pending_count: 4});
    assert.deepEqual([...store.pendingCounts], []);
    store.apply({...emptySnapshot(), type: 'initial_data', pending_count: {7: 3, 8: 5}});
    store.apply({type: 'pending_count_update', pending_count: 4});

    assert.deepEqual(
      [...store.pendingCounts],
      [
        [7, 3],
        [8, 5],
      ],
    );
  });
});

test('what is shown before the server has confirmed it gives way to what the server says', () => {
  store.apply(update({}));
  store.applyOptimistic(1, {status: 'cancelled'});
  assert.equal(store.requests.get(1).status, 'cancelled');
  store.apply(update({status: 'approved'}));
  assert.equal(store.requests.get(1).status, 'cancelled');
  store.revertOptimistic(1);

  assert.equal(store.requests.get(1).status, 'approved');
});

test('the number of followers is updated on known requests, also on one that is shown optimistically', () => {
  store.apply(update({followers: 0}));
  store.applyOptimistic(1, {status: 'cancelled'});
  store.apply({type: 'followers_update', creator_id: 1, book_request_id: 1, followers: 3});
  store.apply({type: 'followers_update', creator_id: 1, book_request_id: 2, followers: 3});
  assert.equal(store.requests.get(1).followers, 3);
  store.revertOptimistic(1);

  assert.equal(store.requests.get(1).followers, 3);
  assert.equal(store.requests.has(2), false);
});

test('a notification counts once', () => {
  const message = {type: 'notification', seq: 1, notification: {id: 5, kind: 'x', text: ''}};
  store.apply(message);
  store.apply(message);
  assert.equal(store.unread, 1);
  store.markRead([5]);
  store.markRead([5]);

  assert.equal(store.unread, 0);
});

test("an older state of a creator does not replace a newer one's", () => {
  store.apply({type: 'creator_update', creator: {id: 1, version: 2, name: 'new'}});
  store.apply({type: 'creator_update', creator: {id: 1, version: 1, name: 'old'}});

  assert.equal(store.creators.get(1).name, 'new');
});

test('a snapshot replaces everything and makes lists load again', () => {
  store.apply(update({}));
  store.apply({type: 'initial_data', epoch: 'e', seq: 1, ...emptySnapshot(), book_requests: [request({id: 9})]});

  assert.deepEqual([...store.requests.keys()], [9]);
  assert.equal(store.generation, 1);
});

test('a tab that comes later begins with the same', () => {
  store.apply(update({}));
  store.apply({type: 'pending_count_update', creator_id: 1, pending_count: 4});
  const other = new Store();
  store.applyOptimistic(1, {status: 'cancelled'}); // not confirmed, so nobody else's business
  other.apply({type: 'initial_data', epoch: 'e', seq: 1, ...structuredClone(store.snapshot())});
  store.revertOptimistic(1);

  assert.deepEqual(other.requests, store.requests);
  assert.deepEqual(other.pendingCounts, store.pendingCounts);
});

test('what a user may no longer see is dropped at once', () => {
  store.apply(update({id: 1, creator_id: 1}));
  store.apply(update({id: 2, creator_id: 3, user_id: 2}));
  store.apply(update({id: 3, creator_id: 3, user_id: 9}));
  store.restrictTo({user: {id: 2}, admin_of: [], memberships: [{creator_id: 3}]});

  assert.deepEqual([...store.requests.keys()], [1, 2]);
});

test('many changes are told of once', () => {
  let changes = 0;
  store.addEventListener('change', () => changes++);
  for (let i = 0; i < 100; i++) store.touch();
  mock.timers.tick(1);

  assert.equal(changes, 1);
});

test('calls that come before the run cost nothing', (context) => {
  const timers = context.mock.method(globalThis, 'setTimeout');
  const throttle = new FrameThrottle(
    () => {},
    () => 0,
  );
  for (let i = 0; i < 100; i++) throttle.request();

  assert.equal(timers.mock.callCount(), 1);
});

test('a flood of calls runs at most every 80 ms, and none is lost', () => {
  let now = 1_000;
  let runs = 0;
  const throttle = new FrameThrottle(
    () => runs++,
    () => now,
  );
  for (let ms = 0; ms < 800; ms++) {
    throttle.request();
    now++;
    mock.timers.tick(1);
  }
  assert.ok(runs <= 11 && runs >= 9, `${runs} runs`);
  throttle.request();
  const before = runs;
  now += 200;
  mock.timers.tick(200);

  assert.equal(runs, before + 1);
});
