import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {beforeEach, test} from 'node:test';
import vm from 'node:vm';

const SOURCE = readFileSync(new URL('../../src/service-worker.js', import.meta.url), 'utf8');

/** The windows of the origin, as the browser lists them to a worker. */
let windows;
let opened;
let skipped;
let shown;

beforeEach(() => {
  windows = [];
  opened = [];
  skipped = 0;
  shown = [];
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
    registration: {
      showNotification: async (title, options) => shown.push({title, ...options}),
      pushManager: {subscribe: async () => subscriptionAt('https://push.example/again')},
    },
    clients: {matchAll: async () => windows, openWindow: async (url) => opened.push(url)},
  };
  vm.runInNewContext(SOURCE, {self, fetch: (...call) => answer(...call), location: new URL(address), URL, SHELL: {version: '1', places: '^/$', files: {}}});
  return async (type, event) => {
    const ends = [];
    listeners.get(type)({...event, waitUntil: (end) => ends.push(end)});
    await Promise.all(ends);
  };
}

/** What the server answers to the worker. @type {(url: string, options?: RequestInit) => Promise<unknown>} */
let answer = async () => assert.fail('nothing is asked of the server');

function subscriptionAt(endpoint) {
  return {endpoint, options: {}, toJSON: () => ({endpoint, keys: {p256dh: 'B', auth: 'a'}})};
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

test('a push is shown, unless somebody is looking at the page', async () => {
  const give = startWorker('https://site.example/books/service-worker.js');
  const data = {json: () => ({title: 'Mara', body: 'Ann asks for “Kindred”', href: '/books/requests/7'})};

  await give('push', {data});
  assert.deepEqual(
    shown.map((each) => [each.title, each.body, each.tag, each.data]),
    [['Mara', 'Ann asks for “Kindred”', '/books/requests/7', '/books/requests/7']],
  );

  openWindow('https://site.example/books/').focused = true;
  await give('push', {data});
  assert.equal(shown.length, 1);
});

for (const [how, newSubscription] of [
  ['tells which', subscriptionAt('https://push.example/new')],
  ['does not tell which', null],
]) {
  test(`a subscription that the browser has replaced is replaced on the server, if the browser ${how}`, async () => {
    const give = startWorker('https://site.example/books/service-worker.js');
    const settings = {
      channels: [
        {id: 1, kind: 'mail'},
        {id: 2, kind: 'web_push', target: 'https://push.example/old'},
      ],
      digest: 'off',
    };
    const saved = [];
    answer = async (url, options) => {
      assert.equal(url, '/books/api/me/notification-settings');
      if (options) saved.push(JSON.parse(options.body));
      return {ok: true, json: async () => structuredClone(settings)};
    };

    await give('pushsubscriptionchange', {oldSubscription: subscriptionAt('https://push.example/old'), newSubscription});

    const target = newSubscription ? 'https://push.example/new' : 'https://push.example/again';
    assert.deepEqual(saved, [{...settings, channels: [settings.channels[0], {id: 2, kind: 'web_push', target, keys: {p256dh: 'B', auth: 'a'}}]}]);
  });
}
