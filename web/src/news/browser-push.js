import {scopedName} from '../base-path.js';

/** @import {Api} from '../client/api.js' */
/** @import {NewsChannel} from '../client/types.js' */

/** @typedef {'unsupported' | 'refused' | 'off' | 'on'} PushState whether this browser is told while the page is closed */

/** What a browser is told of unless its user has chosen events for browsers before. */
export const USUAL_EVENTS = ['request_created', 'request_answered', 'reply_added', 'quota_reset', 'followed_answered'];

/** For how long the page waits for its service worker, ms. */
const LONGEST_WAIT = 15_000;
const OFFER_KEY = scopedName('bookbell.push_offer');

const isSupported = () => Boolean(globalThis.Notification && globalThis.PushManager && navigator.serviceWorker);

async function subscription() {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** @param {NewsChannel[]} channels @param {PushSubscription | null} current */
const channelOf = (channels, current) => channels.find(({kind, target}) => kind === 'web_push' && target === current?.endpoint);

/** The address by which a channel is known to be this browser. */
export async function ownEndpoint() {
  return isSupported() ? ((await subscription())?.endpoint ?? '') : '';
}

/** @param {Api} api @returns {Promise<PushState>} */
export async function pushState(api) {
  if (!isSupported()) return 'unsupported';
  if (Notification.permission === 'denied') return 'refused';
  const current = await subscription();
  if (!current || Notification.permission !== 'granted') return 'off';
  const {channels} = await api.notificationSettings();
  return channelOf(channels, current)?.verified ? 'on' : 'off';
}

/** Asks the browser for leave, so it has to follow a click. @param {Api} api @returns {Promise<PushState>} */
export async function turnOnPush(api) {
  if ((await Notification.requestPermission()) !== 'granted') return Notification.permission === 'denied' ? 'refused' : 'off';
  const {public_key} = await api.pushKey();
  const {endpoint, keys} = (await subscribe(public_key)).toJSON();
  const {channels, events, digest, quiet} = await api.notificationSettings();
  const others = channels.filter(({kind, target, verified}) => kind !== 'web_push' || (verified && target !== endpoint));
  const chosen = Object.values(events).some((kinds) => kinds.includes('web_push'));
  if (!chosen) for (const event of USUAL_EVENTS) events[event] = [...(events[event] ?? []), 'web_push'];
  await api.changeNotificationSettings({
    channels: [...others.map(({id, kind}) => ({id, kind})), {kind: 'web_push', target: endpoint, keys}],
    events,
    digest,
    quiet,
  });
  return 'on';
}

/** A subscription to another key, such as that of a database that was replaced, is of no use. @param {string} applicationServerKey */
async function subscribe(applicationServerKey) {
  const {pushManager} = await Promise.race([navigator.serviceWorker.ready, failLater()]);
  const options = {userVisibleOnly: true, applicationServerKey};
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    const former = await pushManager.getSubscription();
    if (!former) throw error;
    await former.unsubscribe();
    return pushManager.subscribe(options);
  }
}

/** @returns {Promise<never>} */
const failLater = () => new Promise((_, fail) => setTimeout(() => fail(new Error('No service worker')), LONGEST_WAIT));

/** This browser isn't told any more; other channels stay. @param {Api} api @returns {Promise<PushState>} */
export async function turnOffPush(api) {
  const current = isSupported() ? await subscription() : null;
  if (!current) return 'off';
  try {
    await removeChannel(api, current);
  } finally {
    await current.unsubscribe();
  }
  return 'off';
}

/** @param {Api} api @param {PushSubscription} current */
async function removeChannel(api, current) {
  const {channels, events, digest, quiet} = await api.notificationSettings();
  const own = channelOf(channels, current);
  if (!own) return;
  const others = channels.filter(({id}) => id !== own.id).map(({id, kind}) => ({id, kind}));
  await api.changeNotificationSettings({channels: others, events, digest, quiet});
}

/** Whether the user has said never to be offered it again. */
export const isOfferDeclined = () => localStorage.getItem(OFFER_KEY) === 'declined';

export const declineOffer = () => localStorage.setItem(OFFER_KEY, 'declined');
