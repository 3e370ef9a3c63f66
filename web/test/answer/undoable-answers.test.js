import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {installPage} from '../support/page.js';

installPage();
Object.assign(document, {createElement: () => ({}), body: {append() {}}, visibilityState: 'visible'});
const window = new EventTarget();
globalThis.addEventListener = window.addEventListener.bind(window);
const {undoableAnswersOf} = await import('../../src/answer/undoable-answers.js');

/** A send queue that keeps answers until the test sends them. */
class Queue extends EventTarget {
  items = [];
  isInFlight = () => false;

  hold(item) {
    this.items.push(item);
  }

  remove(key) {
    this.items = this.items.filter((item) => item.key !== key);
  }

  /** The server does all that an item asks for. */
  send(item) {
    this.remove(item.key);
    const answer = item.content.ids.map((id) => ({id, result: 'done'}));
    this.dispatchEvent(new CustomEvent('sent', {detail: {item, answer}}));
  }
}

let queue;
let session;
let answers;
const toasts = [];
document.addEventListener('toast', ({detail}) => toasts.push(detail.text));

beforeEach((t) => {
  t.mock.timers.enable({apis: ['setTimeout']});
  toasts.length = 0;
  queue = new Queue();
  const restored = [];
  session = Object.assign(new EventTarget(), {
    sendQueue: queue,
    beforeSignOut: [],
    store: {requests: new Map()},
    drafts: {restore: (...parts) => restored.push(parts)},
    restored,
  });
  answers = undoableAnswersOf(session);
});

const requests = (count) => Array.from({length: count}, (_, index) => ({id: index + 1, creator_id: 9, title: `Book ${index}`, status: 'pending'}));

test('an answer to more than the server takes at once is one step, which is taken back at once', () => {
  answers.add(requests(1), {status: 'approved'});
  answers.add(requests(120).slice(1), {status: 'approved', response: 'Soon'});
  const numbers = answers.newest.map(({content}) => content.ids.length);
  assert.ok(Math.max(...numbers) <= 100);
  assert.equal(
    numbers.reduce((sum, one) => sum + one),
    119,
  );

  answers.undo();
  assert.deepEqual(
    queue.items.map(({content}) => content.ids),
    [[1]],
  );
  assert.deepEqual(session.restored, [['bulk-9', 'response', 'Soon']]);
});

test('its parts are told as one', () => {
  answers.add(requests(101), {status: 'approved'});
  for (const item of queue.items) queue.send(item);
  assert.deepEqual(toasts, ['101 requests approved.']);
});

test('what was done of it is told also if the last part is refused', () => {
  answers.add(requests(201), {status: 'approved'});
  const [first, second, third] = queue.items;
  queue.send(first);
  queue.send(second);
  session.dispatchEvent(new CustomEvent('refused', {detail: {content: third.content, error: Object.assign(new Error('No.'), {code: 'forbidden'})}}));
  assert.equal(toasts.length, 2);
  assert.equal(toasts[1], '134 requests approved.');
});

test('after an answer to several, it is told how many were answered and what had become of the others', () => {
  for (const id of [3, 4, 5]) session.store.requests.set(id, {id, status: id === 5 ? 'cancelled' : 'approved'});
  answers.add(requests(5), {status: 'completed'});
  const [item] = queue.items;
  queue.remove(item.key);
  const answer = [1, 2, 3, 4, 5].map((id) => ({id, result: id < 3 ? 'answered' : 'refused', code: null, detail: null, book_request: null}));
  queue.dispatchEvent(new CustomEvent('sent', {detail: {item, answer}}));

  assert.deepEqual(toasts, ['2 requests completed.', '3 requests had already been answered. Approved (2) · Withdrawn (1)']);
});
