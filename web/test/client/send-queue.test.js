import assert from 'node:assert/strict';
import {beforeEach, describe, mock, test} from 'node:test';
import {scopedName} from '../../src/base-path.js';
import {deferred, pass, settle} from '../support/browser.js';
import {QueueTabs, keys, reply} from '../support/queue-tabs.js';

const BEGIN = 1_700_000_000_000;
const HOUR = 3_600_000;
/** Longer than any pause after the first failure. */
const RETRY = 3_500;

let tabs;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({apis: ['setTimeout', 'setInterval', 'Date'], now: BEGIN});
  tabs = new QueueTabs();
});

const unavailable = () => Object.assign(new Error('not now'), {status: 503, code: 'http_503'});
const refusal = () => Object.assign(new Error('no'), {status: 422, code: 'quota_exhausted'});

const openQueue = (options) => tabs.open(options);

describe('what is sent', () => {
  test('is kept until the server has confirmed it', async () => {
    const one = openQueue();
    const {promise, resolve} = deferred();
    one.answer = () => promise;
    const answered = one.queue.submit(reply('a'));
    await settle();
    assert.deepEqual(keys(one.queue.items), ['a']);
    assert.equal(one.queue.isInFlight(reply('a')), true);
    resolve('done');

    assert.equal(await answered, 'done');
    assert.deepEqual(one.queue.items, []);
  });

  test('goes in the order in which it was written, one after the other', async () => {
    const one = openQueue();
    one.away = true;
    for (const key of ['a', 'b', 'c']) await one.queue.submit(reply(key));
    const {promise, resolve} = deferred();
    one.answer = ({key}) => (key === 'a' ? promise : 'done');
    one.away = false;
    const flushed = one.queue.flush();
    await settle();
    assert.deepEqual(keys(one.sent), ['a']);
    resolve();
    await flushed;

    assert.deepEqual(keys(one.sent), ['a', 'b', 'c']);
    assert.deepEqual(one.queue.items, []);
  });

  test('goes in that order if it is written, or looked at again, while something is being sent', async () => {
    const one = openQueue();
    const {promise, resolve} = deferred();
    one.answer = ({key}) => (key === 'a' ? promise : 'done');
    one.queue.submit(reply('a'));
    one.queue.submit(reply('b'));
    one.queue.submit({...reply('other'), requestId: 2});
    await one.queue.flush();
    assert.deepEqual(keys(one.sent), ['a', 'other'], 'what belongs elsewhere does not wait');
    resolve();
    await settle();

    assert.deepEqual(keys(one.sent), ['a', 'other', 'b']);
    assert.deepEqual(one.queue.items, []);
  });

  test('follows what was refused while it waited', async () => {
    const one = openQueue();
    const {promise, reject} = deferred();
    one.answer = ({key}) => (key === 'a' ? promise : 'done');
    const answered = one.queue.submit(reply('a'));
    one.queue.submit(reply('b'));
    await settle();
    reject(refusal());
    await assert.rejects(answered);
    await settle();

    assert.deepEqual(keys(one.sent), ['a', 'b']);
  });

  test('is sent although the browser has no room for it', async () => {
    const one = openQueue();
    tabs.storage.setItem = () => {
      throw new Error('QuotaExceededError');
    };
    one.away = true;
    await one.queue.submit(reply('a'));
    assert.deepEqual(keys(one.queue.items), ['a']);
    one.away = false;
    await one.queue.flush();

    assert.deepEqual(keys(one.sent), ['a']);
    assert.deepEqual(one.queue.items, []);
  });

  test('stays behind what cannot be sent now', async () => {
    const one = openQueue();
    await one.submitWhileAway('a', 'b');
    one.answer = () => Promise.reject(unavailable());
    await one.queue.flush();

    assert.deepEqual(keys(one.sent), ['a']);
    assert.deepEqual(keys(one.queue.items), ['a', 'b']);
  });

  test('does not overtake what waits', async () => {
    const one = openQueue();
    one.answer = () => Promise.reject(unavailable());
    await one.queue.submit(reply('a'));
    one.answer = async () => 'done';
    const answered = one.queue.submit(reply('b'));
    await settle();
    await pass(RETRY);

    assert.equal(await answered, undefined);
    assert.deepEqual(keys(one.sent), ['a', 'a', 'b']);
  });

  test('is sent again with the same key until it is done', async () => {
    const one = openQueue();
    let failures = 3;
    one.answer = () => (failures-- > 0 ? Promise.reject(unavailable()) : Promise.resolve('done'));
    await one.queue.submit(reply('a'));
    for (let i = 0; i < 3; i++) await pass(3_000 + 500 * 2 ** i);

    assert.deepEqual(keys(one.sent), ['a', 'a', 'a', 'a']);
    assert.deepEqual(one.queue.items, []);
  });

  test('has the same key in each call as long as it is the same', async () => {
    let state = 'a';
    const one = openQueue({prepare: ({content}) => ({...content, state})});
    let failures = 3;
    one.answer = () => (failures-- > 0 ? Promise.reject(unavailable()) : Promise.resolve('done'));
    await one.queue.submit(reply('k'));
    await one.queue.flush();
    state = 'b'; // an attempt may have reached the server
    await one.queue.flush();
    await one.queue.flush();
    const [first, second, third, fourth] = one.sent.map(({callKey}) => callKey);

    assert.deepEqual([first, second], ['k', 'k']);
    assert.notEqual(third, 'k');
    assert.equal(fourth, third);
    assert.equal(one.sent[2].content.state, 'b');
    assert.deepEqual(one.queue.items, []);
  });

  test('has its own key when it changes before the first attempt', async () => {
    const one = openQueue({prepare: ({content, callKey}) => ({...content, isFirst: !callKey})});
    await one.queue.submit(reply('k'));

    assert.equal(one.sent[0].callKey, 'k');
    assert.equal(one.sent[0].content.isFirst, true);
  });

  test('is not taken for refused where the page itself fails', async () => {
    const one = openQueue();
    let failures = 1;
    one.answer = () => (failures-- > 0 ? Promise.reject(new TypeError('of this page')) : Promise.resolve('done'));
    assert.equal(await one.queue.submit(reply('a')), undefined);
    await pass(RETRY);

    assert.deepEqual(keys(one.sent), ['a', 'a']);
    assert.deepEqual(one.queue.items, []);
  });

  test('is told of with its answer', async () => {
    const one = openQueue();
    const told = [];
    one.queue.addEventListener('sent', ({detail}) => told.push([detail.item.key, detail.answer]));
    await one.queue.submit(reply('a'));

    assert.deepEqual(told, [['a', 'done']]);
  });

  test('waits while there is no network, across a reload', async () => {
    const before = openQueue();
    before.away = true;
    assert.equal(await before.queue.submit(reply('a')), undefined);
    before.tab.close();
    before.queue.stop();
    const after = openQueue();
    await after.queue.flush();

    assert.deepEqual(before.sent, []);
    assert.deepEqual(keys(after.sent), ['a']);
  });

  test('and was stored by an earlier version of the page is still read', async () => {
    const old = (key, at) => ({kind: 'reply', key, content: {body: 'x'}, requestId: 9, after: 3, at});
    tabs.storage.setItem(`${scopedName('bookbell.outbox')}.1`, JSON.stringify([old('k', BEGIN - HOUR), old('l', BEGIN)]));
    const {queue, sent} = openQueue();
    assert.deepEqual(keys(queue.items), ['k', 'l']);
    await queue.flush();

    assert.deepEqual(keys(sent), ['k', 'l']);
    assert.deepEqual(Object.keys(tabs.storage), []);
  });
});

describe('what is refused', () => {
  test('while somebody waits for it is told to them and not kept', async () => {
    const one = openQueue();
    one.answer = () => Promise.reject(refusal());

    await assert.rejects(one.queue.submit(reply('a')), {code: 'quota_exhausted'});
    assert.deepEqual(one.queue.items, []);
  });

  test('later stays with its reason, is not sent by itself again, and holds nothing up', async () => {
    const one = openQueue();
    await one.submitWhileAway('a', 'b');
    one.answer = ({key}) => (key === 'a' ? Promise.reject(refusal()) : Promise.resolve());
    await one.queue.flush();
    await pass(HOUR);
    await one.queue.flush();

    assert.deepEqual(keys(one.sent), ['a', 'b']);
    assert.deepEqual(one.queue.items[0].problem, {code: 'quota_exhausted', message: 'no'});
  });

  test('is removed where its words are back in their field', async () => {
    const one = openQueue({restoreRefused: () => true});
    await one.submitWhileAway('a');
    one.answer = () => Promise.reject(refusal());
    await one.queue.flush();

    assert.deepEqual(one.queue.items, []);
  });

  test('is sent again when its user wishes, as something new', async () => {
    const one = openQueue();
    await one.submitWhileAway('a');
    one.answer = () => Promise.reject(refusal());
    await one.queue.flush();
    one.answer = async () => 'done';
    await one.queue.retry(one.queue.items[0]);

    assert.equal(one.sent.length, 2);
    assert.notEqual(one.sent[1].key, 'a');
    assert.equal(one.sent[1].problem, undefined);
    assert.deepEqual(one.queue.items, []);
  });
});

describe('what is too old', () => {
  test('may have been done and is not sent unasked', async () => {
    const before = openQueue();
    before.away = true;
    await before.queue.submit(reply('a'));
    mock.timers.setTime(BEGIN + 40 * HOUR + 1);
    const after = openQueue();
    after.queue.sendBeforeUnload(['a']);
    await after.queue.flush();

    assert.deepEqual(after.sent, []);
    assert.equal(after.queue.items[0].problem.code, 'too_old');
  });

  test('is sent up to forty hours', async () => {
    const before = openQueue();
    before.away = true;
    await before.queue.submit(reply('a'));
    mock.timers.setTime(BEGIN + 40 * HOUR);
    const after = openQueue();
    await after.queue.flush();

    assert.deepEqual(keys(after.sent), ['a']);
  });
});

describe('what is held', () => {
  test('is sent when it can no longer be taken back', async () => {
    const {queue, sent} = openQueue();
    queue.hold(reply('a'), 5_000);
    await pass(4_999);
    assert.deepEqual(sent, []);
    await pass(1);

    assert.deepEqual(keys(sent), ['a']);
  });

  test('is not sent once it was taken back', async () => {
    const {queue, sent} = openQueue();
    queue.hold(reply('a'), 5_000);
    queue.remove('a');
    await pass(HOUR);

    assert.deepEqual(sent, []);
  });

  test('is sent at once when it is released', async () => {
    const {queue, sent} = openQueue();
    queue.hold(reply('a'), 5_000);
    await queue.release(['a']);

    assert.deepEqual(keys(sent), ['a']);
  });

  test('holds nothing else up', async () => {
    const {queue, sent} = openQueue();
    queue.hold(reply('a'), 5_000);
    assert.equal(await queue.submit(reply('b')), 'done');
    assert.deepEqual(keys(sent), ['b']);
    await pass(5_000);

    assert.deepEqual(keys(sent), ['b', 'a']);
  });

  test('is still held after a reload, and then sent', async () => {
    const before = openQueue();
    before.queue.hold(reply('a'), 5_000);
    before.tab.close();
    before.queue.stop();
    await pass(2_000);
    const after = openQueue();
    await after.queue.flush();
    assert.deepEqual(after.sent, []);
    await pass(3_000);

    assert.deepEqual(keys(after.sent), ['a']);
  });
});

test('after a sign-out nothing stays, and nothing is sent', async () => {
  const one = openQueue();
  one.away = true;
  await one.queue.submit(reply('a'));
  one.queue.stop();
  one.queue.clear();
  one.away = false;
  await one.queue.flush();
  await pass(HOUR);

  assert.deepEqual(one.sent, []);
  assert.deepEqual(Object.keys(tabs.storage), []);
});

test('a session that ends in the middle of sending ends it', async () => {
  const one = openQueue();
  await one.submitWhileAway('a', 'b');
  const {promise, resolve} = deferred();
  one.answer = () => promise;
  const flushed = one.queue.flush();
  await settle();
  one.queue.stop();
  resolve();
  await flushed;

  assert.deepEqual(keys(one.sent), ['a']);
  assert.deepEqual(keys(one.queue.items), ['b']);
});

test('after the end of a session what waits is kept and not sent', async () => {
  const one = openQueue();
  one.queue.hold(reply('a'), 5_000);
  one.queue.stop();
  await pass(HOUR);

  assert.deepEqual(one.sent, []);
  assert.deepEqual(keys(one.queue.items), ['a']);
});
