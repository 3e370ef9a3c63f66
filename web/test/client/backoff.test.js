import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Backoff} from '../../src/client/backoff.js';

test('the ceiling doubles up to the cap', () => {
  const backoff = new Backoff({base: 500, cap: 3_000, random: () => 1});

  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => backoff.next()),
    [500, 1_000, 2_000, 3_000, 3_000],
  );
});

test('a delay is drawn from the whole range below the ceiling', () => {
  const draws = [0, 0.25, 1];
  const backoff = new Backoff({base: 400, cap: 400, random: () => draws.shift()});

  assert.deepEqual(
    [1, 2, 3].map(() => backoff.next()),
    [0, 100, 400],
  );
});

test('after a reset it begins with the shortest delay', () => {
  const backoff = new Backoff({base: 500, random: () => 1});
  backoff.next();
  backoff.next();
  backoff.reset();

  assert.equal(backoff.attempt, 0);
  assert.equal(backoff.next(), 500);
});
