import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {scopedName} from '../../src/base-path.js';
import {Drafts, forgetOtherUsers} from '../../src/client/drafts.js';
import {MemoryStorage} from '../support/browser.js';

let storage;

beforeEach(() => {
  storage = new MemoryStorage();
});

test('a form is found again as it was left', () => {
  new Drafts(1, storage).keep('reply-7', 'body', 'so far');
  const drafts = new Drafts(1, storage);
  drafts.keep('request-1', 'title', 'Emma');
  drafts.keep('request-1', 'author', 'Jane Austen');

  assert.deepEqual(drafts.of('reply-7'), {body: 'so far'});
  assert.deepEqual(drafts.of('request-1'), {title: 'Emma', author: 'Jane Austen'});
  assert.deepEqual(drafts.of('request-2'), {});
});

test('an emptied field is dropped, and with the last one the form', () => {
  const drafts = new Drafts(1, storage);
  drafts.keep('request-1', 'title', 'Emma');
  drafts.keep('request-1', 'author', 'x');
  drafts.keep('request-1', 'author', '  ');
  assert.deepEqual(drafts.of('request-1'), {title: 'Emma'});
  drafts.keep('request-1', 'title', '');

  assert.deepEqual(Object.keys(storage), []);
});

test('words that come back join what is being written meanwhile', () => {
  const drafts = new Drafts(1, storage);
  drafts.restore('answer-7', 'response', 'first');
  assert.equal(drafts.of('answer-7').response, 'first');
  drafts.keep('answer-7', 'response', 'second');
  drafts.restore('answer-7', 'response', 'first');
  drafts.restore('answer-7', 'response', 'first');

  assert.equal(drafts.of('answer-7').response, 'first\n\nsecond');
  drafts.keep('answer-8', 'response', 'looking');
  drafts.restore('answer-8', 'response', 'ok');
  assert.equal(drafts.of('answer-8').response, 'ok\n\nlooking');
});

test('a form that was sent is dropped alone', () => {
  const drafts = new Drafts(1, storage);
  drafts.keep('reply-7', 'body', 'a');
  drafts.keep('reply-8', 'body', 'b');
  drafts.drop('reply-7');

  assert.deepEqual([drafts.of('reply-7'), drafts.of('reply-8')], [{}, {body: 'b'}]);
});

test("a sign-out clears this user's drafts and nothing else", () => {
  new Drafts(1, storage).keep('reply-7', 'body', 'a');
  new Drafts(12, storage).keep('reply-7', 'body', 'b');
  storage.setItem('bookbell.theme', 'dark');
  new Drafts(1, storage).clear();

  assert.deepEqual(new Drafts(1, storage).of('reply-7'), {});
  assert.deepEqual(new Drafts(12, storage).of('reply-7'), {body: 'b'});
  assert.equal(storage.getItem('bookbell.theme'), 'dark');
});

test('whoever signs in does not find what others wrote here', () => {
  const kept = {
    [`${scopedName('bookbell.draft')}.1.reply-7`]: '{}',
    [`${scopedName('bookbell.outbox')}.1`]: '[]',
    [`${scopedName('bookbell.desk')}.1`]: '/',
    'bookbell.theme': 'dark',
  };
  const others = [`${scopedName('bookbell.draft')}.12.reply-7`, `${scopedName('bookbell.outbox')}.2`, `${scopedName('bookbell.desk')}.2`];
  storage = new MemoryStorage({...kept, ...Object.fromEntries(others.map((name) => [name, '{}']))});
  forgetOtherUsers(1, storage);

  assert.deepEqual({...storage}, kept);
});

test('what another installation of this origin keeps is left alone', () => {
  const theirs = {'bookbell.draft@/elsewhere.2.reply-7': '{}', 'bookbell.outbox@/elsewhere.2': '[]'};
  storage = new MemoryStorage(theirs);
  forgetOtherUsers(1, storage);

  assert.deepEqual({...storage}, theirs);
});
