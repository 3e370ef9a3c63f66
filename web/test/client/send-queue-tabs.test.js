import assert from 'node:assert/strict';
import {beforeEach, describe, mock, test} from 'node:test';
import {deferred, pass, settle} from '../support/browser.js';
import {QueueTabs, SlowTabs, keys, reply} from '../support/queue-tabs.js';

const HOUR = 3_600_000;

let tabs;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({apis: ['setTimeout', 'setInterval', 'Date'], now: 1_700_000_000_000});
  tabs = new QueueTabs();
});

const openQueue = (options) => tabs.open(options);

describe('two tabs', () => {
  test('do not send the same at once', async () => {
    const [one, other] = [openQueue(), openQueue()];
    const {promise, resolve} = deferred();
    one.answer = () => promise;
    one.queue.submit(reply('a'));
    await settle();
    await other.queue.flush();
    assert.deepEqual(other.sent, []);
    resolve();
    await settle();
    await pass(HOUR);

    assert.deepEqual(keys(one.sent), ['a']);
    assert.deepEqual(other.sent, []);
  });

  test('send what the one that was sending it left when it was closed, with its key', async () => {
    const [one, other] = [openQueue(), openQueue()];
    one.answer = () => new Promise(() => {});
    one.queue.submit(reply('a'));
    await settle();
    await other.queue.flush();
    one.tab.close();
    one.queue.stop();
    await pass(2_999);
    assert.deepEqual(other.sent, []);
    await pass(1);

    assert.deepEqual(keys(other.sent), ['a']);
    assert.deepEqual(other.queue.items, []);
  });

  test('do not send what one sent when it was hidden', async () => {
    const [one, other] = [openQueue(), openQueue()];
    const {promise, resolve} = deferred();
    one.answer = () => promise;
    one.queue.hold(reply('a'), HOUR);
    one.queue.sendBeforeUnload(['a']);
    assert.deepEqual(keys(one.sent), ['a'], 'at once, since the page may be gone afterwards');
    await settle();
    await one.queue.flush();
    await other.queue.flush();
    resolve();
    await pass(HOUR);

    assert.deepEqual([keys(one.sent), keys(other.sent)], [['a'], []]);
    assert.deepEqual(one.queue.items, []);
  });

  test('repeat what one sent when it was closed, with its key', async () => {
    const one = openQueue();
    one.answer = () => new Promise(() => {});
    one.queue.hold(reply('a'), HOUR);
    one.queue.sendBeforeUnload(['a']);
    one.tab.close();
    const next = openQueue();
    await next.queue.flush();

    assert.deepEqual(
      next.sent.map(({callKey}) => callKey),
      ['a'],
    );
    assert.deepEqual(next.queue.items, []);
  });

  test('do not send what another has removed meanwhile', async () => {
    const [one, other] = [openQueue(), openQueue()];
    await one.submitWhileAway('a', 'b');
    const {promise, resolve} = deferred();
    one.answer = () => promise;
    const flushed = one.queue.flush();
    await settle();
    other.queue.remove('b');
    resolve();
    await flushed;

    assert.deepEqual(keys(one.sent), ['a']);
  });

  test('keep what each of them stores, though neither sees it at once', async () => {
    const slow = new SlowTabs();
    const [one, other] = [slow.open(), slow.open()];
    await one.submitWhileAway('a');
    await pass(1);
    await other.submitWhileAway('b');
    slow.catchUp();

    assert.deepEqual(keys(one.queue.items), ['a', 'b']);
    assert.deepEqual(keys(other.queue.items), ['a', 'b']);
  });

  test('keep what the other stored while one found no room', async () => {
    const slow = new SlowTabs();
    const [one, other] = [slow.open(), slow.open()];
    const full = mock.method(one.storage, 'setItem', () => {
      throw new Error('QuotaExceededError');
    });
    await one.submitWhileAway('a', 'b');
    full.mock.restore();
    await other.submitWhileAway('c');
    slow.catchUp();
    assert.deepEqual(keys(other.queue.items), ['c']);
    one.queue.remove('b');
    slow.catchUp();

    assert.deepEqual(keys(one.queue.items).toSorted(), ['a', 'c']);
    assert.deepEqual(keys(other.queue.items).toSorted(), ['a', 'c'], 'there was room again');
  });

  test('without locks rely on the key', async () => {
    const one = openQueue({locks: undefined});
    await one.queue.submit(reply('a'));

    assert.deepEqual(keys(one.sent), ['a']);
  });
});
