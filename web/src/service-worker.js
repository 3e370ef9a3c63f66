// Keeps the page's own files, so that it opens at once and without a network. The server puts before this, as SHELL,
// every file with its tag: a changed file makes another worker, which fetches all of them and waits its turn. Every
// page is served from one version only, and nothing of the API is ever kept.

/** The path of the public URL: empty, or such as `/books`. */
const BASE = new URL('.', location).pathname.slice(0, -1);
const CACHE_PREFIX = BASE ? `bookbell-shell@${BASE}@` : 'bookbell-shell-';
const CACHE = CACHE_PREFIX + SHELL.version;
const PAGE_PATH = new RegExp(SHELL.places);
/** Asked of the server each time, by whoever asks. */
const NEVER_CACHED = /^\/(api|metrics|health|service-worker\.js|openapi\.yaml|asyncapi\.yaml)/;

/** For how long a page waits for the server before it opens from what is kept, ms. */
const OFFLINE_AFTER = 3_000;
/** Statuses with which a proxy before the server asks people to sign in there. */
const SIGN_IN_STATUSES = new Set([200, 401, 403, 407, 511]);

self.addEventListener('install', (event) => event.waitUntil(fillCache()));
self.addEventListener('activate', (event) => event.waitUntil(deleteOldCaches()));
self.addEventListener('fetch', (event) => handleFetch(event));
self.addEventListener('message', (event) => event.waitUntil(handleMessage(event)));
self.addEventListener('push', (event) => event.waitUntil(showPush(event)));
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renewSubscription(event)));
self.addEventListener('notificationclick', (event) => event.waitUntil(openNotification(event)));

async function fillCache() {
  const cache = await caches.open(CACHE);
  await Promise.all(Object.entries(SHELL.files).map(([path, tag]) => cacheFile(cache, path, tag)));
}

/** The server may be a newer one by now: better no version than a mixed one. */
async function cacheFile(cache, path, tag) {
  const response = await fetch(BASE + path, {cache: 'no-cache'});
  const found = response.headers.get('ETag');
  if (!response.ok || !isFromBookbell(response) || (found && !found.includes(tag.replaceAll('"', '')))) throw new Error(`${path} is not of this version`);
  await cache.put(BASE + path, response);
}

async function deleteOldCaches() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(CACHE_PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
}

function handleFetch(event) {
  const {request} = event;
  const {origin, pathname: full} = new URL(request.url);
  if (!full.startsWith(`${BASE}/`)) return;
  const pathname = full.slice(BASE.length);
  if (request.method !== 'GET' || origin !== location.origin || NEVER_CACHED.test(pathname)) return;
  const isPage = request.mode === 'navigate' && PAGE_PATH.test(pathname);
  if (isPage) event.respondWith(servePage(request));
  else if (pathname in SHELL.files) event.respondWith(serveFromCache(pathname, request));
}

/** Whether an answer is Bookbell's, and not that of a proxy before it. */
function isFromBookbell(response) {
  return response.headers.has('Bookbell');
}

/**
 * A page of this version, unless a proxy before the server wants people to sign in: its redirect, or its form, goes to
 * the browser. Where nothing answers, the page opens without a network.
 */
async function servePage(request) {
  const pending = fetch(request).catch(() => undefined);
  const response = await Promise.race([pending, new Promise((done) => setTimeout(done, OFFLINE_AFTER))]);
  const signIn = response && !isFromBookbell(response) && (response.type === 'opaqueredirect' || SIGN_IN_STATUSES.has(response.status));
  if (signIn) return response;
  const cache = await caches.open(CACHE);
  return (await cache.match(BASE + '/index.html')) ?? (await pending) ?? Response.error();
}

async function serveFromCache(path, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(BASE + path)) ?? fetch(request);
}

/** A page that has just been opened, alone, or that its user tells to, goes over to this version. */
async function handleMessage({data}) {
  if (data === 'take-over') await self.skipWaiting();
  if (data === 'take-over-if-alone' && (await openPages()).length <= 1) await self.skipWaiting();
}

/** The open pages of this installation: others, and other sites, may be under other paths of this origin. */
async function openPages() {
  const pages = await self.clients.matchAll({type: 'window', includeUncontrolled: true});
  return pages.filter(({url}) => new URL(url).pathname.startsWith(`${BASE}/`));
}

/** News from the server. A page that somebody is looking at shows them itself. */
async function showPush({data}) {
  if ((await openPages()).some(({focused}) => focused)) return;
  const {title, body, href} = data.json();
  const icon = `${BASE}/icons/192.png`;
  await self.registration.showNotification(title, {body, icon, badge: icon, tag: href, data: href});
}

/** The browser has replaced a subscription: the server has to know the new one. */
async function renewSubscription({oldSubscription, newSubscription}) {
  if (!oldSubscription) return;
  const url = `${BASE}/api/me/notification-settings`;
  const response = await fetch(url);
  if (!response.ok) return;
  const settings = await response.json();
  const channel = settings.channels.find(({target}) => target === oldSubscription.endpoint);
  if (!channel) return;
  const {endpoint, keys} = (newSubscription ?? (await self.registration.pushManager.subscribe(oldSubscription.options))).toJSON();
  Object.assign(channel, {target: endpoint, keys});
  const {channels, events, digest, quiet} = settings;
  await fetch(url, {method: 'PUT', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({channels, events, digest, quiet})});
}

/** A notification leads to its request, in a page that is open already if there is one. */
async function openNotification({notification}) {
  notification.close();
  const pages = await openPages();
  const open = pages.find(({visibilityState}) => visibilityState === 'visible') ?? pages[0];
  if (!open) return self.clients.openWindow(notification.data ?? `${BASE}/`);
  await open.focus();
  if (notification.data) open.postMessage({go: notification.data});
}
