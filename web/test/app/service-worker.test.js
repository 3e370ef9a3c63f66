import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {beforeEach, test} from 'node:test';
import vm from 'node:vm';

const SOURCE = readFileSync(new URL('../../src/service-worker.js', import.meta.url), 'utf8');

/** The windows of the origin, as the browser lists them to a worker. */
let windows;
let opened;
let skipped;

beforeEach(() => {
  windows = [];
  opened = [];
  skipped = 0;
});

function openWindow(url, visibilityState = 'visible') {
  const page = {url, visibilityState, focused: false, messages: []};
  page.focus = async () => (page.focused = true);
  page.postMessage = (message) => page.messages.push(message);
  windows.push(page);
  return page;
}

/** Starts a worker from this address. @returns {(type: string, event: object) => Promise<void>} gives it an event, and waits for its end */
function startWorker(address) {
  const listeners = new Map();
  const self = {
    addEventListener: (type, listener) => listeners.set(type, listener),
    skipWaiting: async () => skipped++,
    clients: {matchAll: async () => windows, openWindow: async (url) => opened.push(url)},
  };
  vm.runInNewContext(SOURCE, {self, location: new URL(address), URL, SHELL: {version: '1', places: '^/$', files: {}}});
  return async (type, event) => {
    const ends = [];
    listeners.get(type)({...event, waitUntil: (end) => ends.push(end)});
    await Promise.all(ends);
  };
}

const notification = {data: '/books/requests/7', close() {}};

test('a notification opens in a page of this installation, not in one of another site on the origin', async () => {
  const other = openWindow('https://site.example/blog/');
  const similar = openWindow('https://site.example/bookshop');
  const give = startWorker('https://site.example/books/service-worker.js');

  await give('notificationclick', {notification});
  assert.deepEqual(opened, ['/books/requests/7']);

  const own = openWindow('https://site.example/books/requests/3', 'hidden');
  await give('notificationclick', {notification});
  assert.equal(own.focused, true);
  assert.deepEqual(JSON.parse(JSON.stringify(own.messages)), [{go: '/books/requests/7'}]);
  assert.deepEqual(
    [other, similar].map(({focused, messages}) => [focused, messages.length]),
    [
      [false, 0],
      [false, 0],
    ],
  );
});

test('a page is alone when only other sites are open on the origin', async () => {
  openWindow('https://site.example/blog/');
  openWindow('https://site.example/books/');
  const give = startWorker('https://site.example/books/service-worker.js');

  await give('message', {data: 'take-over-if-alone'});
  assert.equal(skipped, 1);

  openWindow('https://site.example/books/setup');
  await give('message', {data: 'take-over-if-alone'});
  assert.equal(skipped, 1);
});

test('without a base path every page of the origin counts', async () => {
  const page = openWindow('https://books.example/requests/3');
  const give = startWorker('https://books.example/service-worker.js');

  await give('notificationclick', {notification: {data: '/requests/7', close() {}}});
  assert.equal(page.focused, true);
  assert.deepEqual(opened, []);
});
