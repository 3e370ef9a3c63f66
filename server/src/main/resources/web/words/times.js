import {locale, say} from './words.js';

const relative = new Intl.RelativeTimeFormat(locale, {numeric: 'auto'});
const day = new Intl.DateTimeFormat(locale, {day: 'numeric', month: 'long'});
const dayOfYear = new Intl.DateTimeFormat(locale, {day: 'numeric', month: 'long', year: 'numeric'});
const monthOfYear = new Intl.DateTimeFormat(locale, {month: 'long', year: 'numeric'});
const exact = new Intl.DateTimeFormat(locale, {dateStyle: 'full', timeStyle: 'short'});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @param {string} time ISO 8601 @param {number} [now] */
export function timeInWords(time, now = Date.now()) {
  const ago = now - Date.parse(time);
  if (ago < 45_000) return say('time.now');
  if (ago < HOUR) return relative.format(-Math.max(1, Math.round(ago / MINUTE)), 'minute');
  if (ago < DAY) return relative.format(-Math.round(ago / HOUR), 'hour');
  if (ago < 14 * DAY) return relative.format(-Math.round(ago / DAY), 'day');
  return say('time.on', {date: dateInWords(time, now)});
}

/** @param {string} time @param {number} [now] */
export function dateInWords(time, now = Date.now()) {
  const date = new Date(time);
  return (date.getFullYear() === new Date(now).getFullYear() ? day : dayOfYear).format(date);
}

/** @param {string} month such as 2026-11 */
export function monthInWords(month) {
  return monthOfYear.format(Date.parse(`${month}-15T12:00:00Z`));
}

/** @param {string} time */
export function exactTime(time) {
  return exact.format(new Date(time));
}
