// Keeps the page's own files, so that it opens at once and without a network. The server puts before this, as SHELL,
// every file with its tag: a changed file makes another worker, which fetches all of them and waits its turn. Every
// page is served from one version only, and nothing of the API is ever kept.

/** The path of the public URL: empty, or such as `/books`. */
const BASE = new URL('.', location).pathname.slice(0, -1);
const KEPT_UNDER = BASE ? `bookbell-shell@${BASE}@` : 'bookbell-shell-';
const CACHE = KEPT_UNDER + SHELL.version;
const PLACE = new RegExp(SHELL.places);
/** Asked of the server each time, by whoever asks. */
const LIVE = /^\/(api|metrics|health|service-worker\.js|openapi\.yaml|asyncapi\.yaml)/;

/** For how long a page waits for the server before it opens from what is kept, ms. */
const PATIENCE = 3_000;
/** Statuses with which a proxy before the server asks people to sign in there. */
const SIGN_IN = new Set([200, 401, 403, 407, 511]);

self.addEventListener('install', (event) => event.waitUntil(fill()));
self.addEventListener('activate', (event) => event.waitUntil(forgetOtherUsers()));
self.addEventListener('fetch', (event) => answer(event));
self.addEventListener('message', (event) => event.waitUntil(told(event)));
self.addEventListener('notificationclick', (event) => event.waitUntil(follow(event)));

async function fill() {
  const cache = await caches.open(CACHE);
  await Promise.all(Object.entries(SHELL.files).map(([path, tag]) => keep(cache, path, tag)));
}

/** The server may be a newer one by now: better no version than a mixed one. */
async function keep(cache, path, tag) {
  const response = await fetch(BASE + path, {cache: 'no-cache'});
  const found = response.headers.get('ETag');
  if (!response.ok || !isOurs(response) || (found && !found.includes(tag.replaceAll('"', '')))) throw new Error(`${path} is not of this version`);
  await cache.put(BASE + path, response);
}

async function forgetOtherUsers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(KEPT_UNDER) && name !== CACHE).map((name) => caches.delete(name)));
}

function answer(event) {
  const {request} = event;
  const {origin, pathname: full} = new URL(request.url);
  if (!full.startsWith(`${BASE}/`)) return;
  const pathname = full.slice(BASE.length);
  if (request.method !== 'GET' || origin !== location.origin || LIVE.test(pathname)) return;
  const isPlace = request.mode === 'navigate' && PLACE.test(pathname);
  if (isPlace) event.respondWith(page(request));
  else if (pathname in SHELL.files) event.respondWith(kept(pathname, request));
}

/** Whether an answer is Bookbell's, and not that of a proxy before it. */
function isOurs(response) {
  return response.headers.has('Bookbell');
}

/**
 * A page of this version, unless a proxy before the server wants people to sign in: its redirect, or its form, goes to
 * the browser. Where nothing answers, the page opens without a network.
 */
async function page(request) {
  const answered = fetch(request).catch(() => undefined);
  const answer = await Promise.race([answered, new Promise((done) => setTimeout(done, PATIENCE))]);
  const signIn = answer && !isOurs(answer) && (answer.type === 'opaqueredirect' || SIGN_IN.has(answer.status));
  if (signIn) return answer;
  const cache = await caches.open(CACHE);
  return (await cache.match(BASE + '/index.html')) ?? (await answered) ?? Response.error();
}

async function kept(path, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(BASE + path)) ?? fetch(request);
}

/** A page that has just been opened, alone, or that its user tells to, goes over to this version. */
async function told({data}) {
  if (data === 'take-over') await self.skipWaiting();
  if (data === 'take-over-if-alone') {
    const pages = await self.clients.matchAll({type: 'window', includeUncontrolled: true});
    if (pages.length <= 1) await self.skipWaiting();
  }
}

/** A notification leads to its request, in a page that is open already if there is one. */
async function follow({notification}) {
  notification.close();
  const pages = await self.clients.matchAll({type: 'window', includeUncontrolled: true});
  const page = pages.find(({visibilityState}) => visibilityState === 'visible') ?? pages[0];
  if (!page) return self.clients.openWindow(notification.data ?? `${BASE}/`);
  await page.focus();
  if (notification.data) page.postMessage({go: notification.data});
}
