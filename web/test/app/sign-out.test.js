import assert from 'node:assert/strict';
import {beforeEach, mock, test} from 'node:test';
import {deferred, pass, settle} from '../support/browser.js';
import {installPage} from '../support/page.js';
import {QueueTabs, reply} from '../support/queue-tabs.js';

installPage();
const {signOut} = await import('../../src/app/sign-out.js');

let tab;
let done;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({apis: ['setTimeout', 'setInterval', 'Date'], now: 1_700_000_000_000});
  tab = new QueueTabs().open();
  done = [];
});

const session = () => ({
  sendQueue: tab.queue,
  beforeSignOut: [async () => done.push('answers')],
  api: {signOut: async () => done.push('signed out')},
  forget: () => done.push('forgotten'),
});

function answerWith(leave) {
  return async () => {
    done.push('asked');
    return leave;
  };
}

test('what waits is sent before the user is signed out', async () => {
  await tab.submitWhileAway('a', 'b');
  await signOut(session(), answerWith(false));

  assert.deepEqual(
    tab.sent.map(({key}) => key),
    ['a', 'b'],
  );
  assert.deepEqual(done, ['answers', 'signed out', 'forgotten']);
});

test('so is what is on its way, and what waits behind it', async () => {
  const {promise, resolve} = deferred();
  tab.answer = ({key}) => (key === 'a' ? promise : 'done');
  tab.queue.submit(reply('a'));
  tab.queue.submit(reply('b'));
  const leaving = signOut(session(), answerWith(false));
  await settle();
  assert.deepEqual(done, ['answers']);
  resolve('done');
  await leaving;

  assert.deepEqual(done, ['answers', 'signed out', 'forgotten']);
  assert.deepEqual(tab.queue.items, []);
});

for (const [leave, expected] of [
  [false, ['answers', 'asked']],
  [true, ['answers', 'asked', 'signed out', 'forgotten']],
])
  test(`what cannot be sent is asked about first: ${leave}`, async () => {
    await tab.submitWhileAway('a');
    tab.answer = () => Promise.reject(Object.assign(new Error('no'), {status: 503}));
    await signOut(session(), answerWith(leave));

    assert.deepEqual(done, expected);
    assert.equal(tab.queue.items.length, 1);
  });

test('what the server does not answer is waited for ten seconds', async () => {
  tab.answer = () => new Promise(() => {});
  tab.queue.submit(reply('a'));
  signOut(session(), answerWith(false));
  await pass(9_999);
  assert.deepEqual(done, ['answers']);
  await pass(1);

  assert.deepEqual(done, ['answers', 'asked']);
});
