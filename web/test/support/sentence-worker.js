/** Puts activities and notifications into words as the page does, in the language of the worker's data. */
import {parentPort, workerData} from 'node:worker_threads';
import {MemoryStorage} from './browser.js';

const {language, activities, notifications} = workerData;

globalThis.localStorage = new MemoryStorage({'bookbell.language': language});
globalThis.document = {documentElement: {}, createTreeWalker() {}, createComment() {}};
Object.defineProperty(globalThis, 'navigator', {value: {languages: [language]}, configurable: true});
const missing = [];
console.error = (text) => missing.push(text);

const {activityText} = await import('../../src/activity/activity-text.js');
const {notificationText} = await import('../../src/notification/notification-text.js');

/** The text of a template, without its markup. */
function plain(content) {
  if (Array.isArray(content)) return content.map(plain).join('');
  if (content?.strings) return content.strings.map((markup, index) => markup.replace(/<br ?\/>/g, '\n') + plain(content.values[index] ?? '')).join('');
  return String(content);
}

parentPort.postMessage({
  activities: activities.map((activity) => plain(activityText(activity)).replace(/<[^>]*>/g, '')),
  notifications: notifications.map(notificationText),
  missing,
});
