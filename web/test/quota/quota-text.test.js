import assert from 'node:assert/strict';
import {test} from 'node:test';
import {installPage} from '../support/page.js';

installPage();
const {quotaParts} = await import('../../src/quota/quota-text.js');

const consumed = [1, 2, 3].map((id) => ({kind: 'consume', amount: 1, period: 'none', book_request_id: id}));
const requests = new Map([
  [1, {id: 1, status: 'pending'}],
  [2, {id: 2, status: 'approved'}],
  [3, {id: 3, status: 'approved'}],
]);

test('what became of requests is said where all of them are here', () => {
  assert.equal(quotaParts({period: 'none', used: 3}, consumed, requests), '1 waiting and 2 approved');
});

test('nothing is said of what became of requests while some of them are not loaded', () => {
  const given = {kind: 'grant', amount: 2, period: 'none'};
  const loaded = new Map([[1, requests.get(1)]]);
  assert.equal(quotaParts({period: 'none', used: 3}, [given, ...consumed], loaded), '2 extra from the team');
});

test('nothing is said of a ledger that is not all here', () => {
  assert.equal(quotaParts({period: 'none', used: 3}, consumed.slice(1), requests), '');
});
