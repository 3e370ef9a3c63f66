import assert from 'node:assert/strict';
import {beforeEach, mock, test} from 'node:test';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const HOUR = 3_600_000;

let clock;
let fresh = 0;

beforeEach(async () => {
  mock.timers.reset();
  mock.timers.enable({apis: ['Date'], now: NOW});
  clock = await import(`../../src/client/server-clock.js?${fresh++}`);
});

/** An answer that took so long, from a server whose clock is so much ahead. */
function learn(ahead, took = 100) {
  const sent = Date.now();
  mock.timers.tick(took);
  clock.learnServerTime(new Date(sent + took / 2 + ahead).toUTCString(), sent, sent + took);
}

const offset = () => clock.serverNow() - Date.now();
const isNear = (value, wanted) => assert.ok(Math.abs(value - wanted) <= 600, `${value} instead of about ${wanted}`);

test("without an answer it is the device's time", () => {
  assert.equal(offset(), 0);
});

test("the server's time counts where the device's clock is wrong", () => {
  learn(2 * HOUR);
  isNear(offset(), 2 * HOUR);
});

test('what rounding explains is no difference', () => {
  learn(300);
  assert.equal(offset(), 0);
});

test('a slower answer does not replace a better one', () => {
  learn(2 * HOUR, 100);
  const before = offset();
  learn(2 * HOUR + 3_000, 8_000);
  assert.equal(offset(), before);
});

test('a slower answer is believed where the better one can no longer be true', () => {
  learn(0);
  learn(3 * HOUR, 2_000);
  assert.ok(Math.abs(offset() - 3 * HOUR) <= 1_500);
});

test('an old measurement loses its worth', () => {
  learn(2 * HOUR, 100);
  mock.timers.tick(HOUR);
  learn(2 * HOUR + 1_200, 400);
  isNear(offset(), 2 * HOUR + 1_200);
});

test('an answer that was under way for long, or has no date, is not believed', () => {
  learn(2 * HOUR, 30_001);
  clock.learnServerTime(null, NOW, NOW);
  clock.learnServerTime('yesterday', NOW, NOW);
  clock.learnServerTime(new Date(NOW + HOUR).toUTCString(), NOW + 1, NOW);
  assert.equal(offset(), 0);
});
