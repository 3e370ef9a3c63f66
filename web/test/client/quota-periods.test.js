import assert from 'node:assert/strict';
import {beforeEach, mock, test} from 'node:test';
import {refreshQuotasAtPeriodEnd} from '../../src/client/quota-periods.js';
import {pass, settle} from '../support/browser.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const DAY = 24 * 3_600_000;

let session;
let read;
let turns;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({apis: ['setTimeout', 'Date'], now: NOW});
  globalThis.document = Object.assign(new EventTarget(), {hidden: false});
  read = [];
  turns = 0;
  session = new EventTarget();
  session.store = Object.assign(new EventTarget(), {quotas: new Map()});
  session.readQuota = async (creatorId) => {
    read.push(creatorId);
    keep(creatorId, '2026-12-31T00:00:00Z');
  };
  session.addEventListener('quota-period-changed', () => turns++);
});

function keep(creatorId, resetsAt) {
  session.store.quotas.set(creatorId, {creator_id: creatorId, resets_at: resetsAt});
  session.store.dispatchEvent(new Event('change'));
}

test('a quota is read again a little after its period has turned', async () => {
  refreshQuotasAtPeriodEnd(session);
  keep(1, new Date(NOW + 60_000).toISOString());
  keep(2, new Date(NOW + DAY).toISOString());
  await pass(61_499);
  assert.deepEqual(read, []);
  await pass(1);

  assert.deepEqual(read, [1]);
  assert.equal(turns, 1);
});

test('where the server still tells the old period it is asked again', async () => {
  session.readQuota = async (creatorId) => read.push(creatorId);
  refreshQuotasAtPeriodEnd(session);
  keep(1, new Date(NOW + 60_000).toISOString());
  await pass(61_500);
  assert.deepEqual(read, [1]);
  await pass(1); // the first time at once
  assert.deepEqual(read, [1, 1]);
  await pass(14_999);
  assert.deepEqual(read, [1, 1]);
  await pass(1);

  assert.deepEqual(read, [1, 1, 1]);
});

test('after a sleep, in which timers stand still, it is made up for', async () => {
  refreshQuotasAtPeriodEnd(session);
  keep(1, new Date(NOW + 60_000).toISOString());
  mock.timers.setTime(NOW + DAY);
  await settle();
  assert.deepEqual(read, []);
  document.dispatchEvent(new Event('visibilitychange'));
  await settle();

  assert.deepEqual(read, [1]);
});

test("what a team sees of others' quotas turns with the month", async () => {
  refreshQuotasAtPeriodEnd(session);
  session.store.dispatchEvent(new Event('change'));
  await pass(10 * DAY + 12 * 3_600_000 + 1_499);
  assert.equal(turns, 0);
  await pass(1);

  assert.equal(turns, 1);
});

test('after the end of the session nothing is read', async () => {
  refreshQuotasAtPeriodEnd(session);
  keep(1, new Date(NOW + 60_000).toISOString());
  session.dispatchEvent(new Event('ended'));
  await pass(DAY);
  document.dispatchEvent(new Event('visibilitychange'));
  await settle();

  assert.deepEqual(read, []);
});
