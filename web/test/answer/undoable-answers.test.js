import assert from 'node:assert/strict';
import {test} from 'node:test';
import {installPage, page} from '../support/page.js';

installPage();
Object.assign(page, {createElement: () => ({}), body: {append() {}}});
globalThis.addEventListener = () => {};
Map.groupBy ??= (items, keyOf) => new Map(items.map((item) => [keyOf(item), items.filter((other) => keyOf(other) === keyOf(item))])); // Node.js 20 has none
const {undoableAnswersOf} = await import('../../src/answer/undoable-answers.js');

test('after an answer to several, it is told how many were answered and what had become of the others', () => {
  const requests = new Map([3, 4, 5].map((id) => [id, {id, status: id === 5 ? 'cancelled' : 'approved'}]));
  const sendQueue = Object.assign(new EventTarget(), {items: [], isInFlight: () => false});
  const session = Object.assign(new EventTarget(), {sendQueue, store: {requests}, beforeSignOut: []});
  undoableAnswersOf(/** @type {any} */ (session));
  /** @type {string[]} */
  const told = [];
  page.addEventListener('toast', ({detail}) => told.push(detail.text));

  const answer = [1, 2, 3, 4, 5].map((id) => ({id, result: id < 3 ? 'answered' : 'refused', code: null, detail: null, book_request: null}));
  const item = {kind: 'respond', content: {ids: [1, 2, 3, 4, 5], answer: {status: 'completed'}}};
  sendQueue.dispatchEvent(new CustomEvent('sent', {detail: {item, answer}}));

  assert.deepEqual(told, ['2 requests completed.', '3 requests had already been answered. Approved (2) · Withdrawn (1)']);
});
