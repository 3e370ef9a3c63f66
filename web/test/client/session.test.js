import assert from 'node:assert/strict';
import {test} from 'node:test';
import {expectedStatusHeader} from '../../src/client/session.js';

test('an answer names the status that its requests had, if it was the same for all that are sent', () => {
  const named = {'Bookbell-Expected-Status': 'pending'};
  assert.deepEqual(expectedStatusHeader({ids: [1], from: {1: 'pending'}}), named);
  assert.deepEqual(expectedStatusHeader({ids: [1, 2], from: {1: 'pending', 2: 'pending'}}), named);
  assert.deepEqual(expectedStatusHeader({ids: [1, 2], from: {1: 'pending', 2: 'approved'}}), {});
  assert.deepEqual(expectedStatusHeader({ids: [1, 2], from: {1: 'pending', 2: 'approved'}, overtaken: [2]}), named);
  assert.deepEqual(expectedStatusHeader({ids: [1]}), {}, 'an answer that was kept by an older page');
});
