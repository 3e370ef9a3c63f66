import {serverNow} from '../client/server-clock.js';
import {locale, translate} from './translate.js';

const relative = new Intl.RelativeTimeFormat(locale, {numeric: 'auto'});
const day = new Intl.DateTimeFormat(locale, {day: 'numeric', month: 'long'});
const dayOfYear = new Intl.DateTimeFormat(locale, {day: 'numeric', month: 'long', year: 'numeric'});
const monthOfYear = new Intl.DateTimeFormat(locale, {month: 'long', year: 'numeric'});
const exact = new Intl.DateTimeFormat(locale, {dateStyle: 'full', timeStyle: 'short'});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const moment = new Intl.DateTimeFormat(locale, {day: 'numeric', month: 'long', hour: 'numeric', minute: '2-digit', timeZoneName: 'short'});

/** @param {string} time ISO 8601 @param {number} [now] by the server's clock */
export function timeInWords(time, now = serverNow()) {
  const ago = now - Date.parse(time);
  if (ago < 45_000) return translate('time.now');
  if (ago < HOUR) return relative.format(-Math.max(1, Math.round(ago / MINUTE)), 'minute');
  const days = daysBetween(time, now);
  if (days < 1 || ago < 6 * HOUR) return relative.format(-Math.max(1, Math.round(ago / HOUR)), 'hour');
  if (days < 14) return relative.format(-days, 'day');
  return translate('time.on', {date: dateInWords(time, now)});
}

/** @param {string} time @param {number} [now] */
export function dateInWords(time, now = serverNow()) {
  const date = new Date(time);
  return (date.getFullYear() === new Date(now).getFullYear() ? day : dayOfYear).format(date);
}

/** @param {string} month such as 2026-11 */
export function monthInWords(month) {
  return monthOfYear.format(Date.parse(`${month}-15T12:00:00Z`));
}

/** The month in which a moment falls, such as 2026-11. @param {string} time @param {string} [timeZone] */
export function monthOf(time, timeZone) {
  return new Date(time).toLocaleDateString('sv', {timeZone}).slice(0, 7);
}

/** A moment to come, such as a reset: with its hour, and in which zone. @param {string} time */
export function momentInWords(time) {
  return moment.format(new Date(time));
}

/** How long one has to wait. @param {number} seconds */
export function waitInWords(seconds) {
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? relative.format(minutes, 'minute') : relative.format(Math.ceil(minutes / 60), 'hour');
}

/** Days of the calendar, here. @param {string} time @param {number} [now] */
export function daysBetween(time, now = serverNow()) {
  return Math.round((midnight(new Date(now)) - midnight(new Date(time))) / DAY);
}

/** @param {Date} date in UTC, where every day has 24 hours */
const midnight = (date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());

/** @param {string} time */
export function exactTime(time) {
  return exact.format(new Date(time));
}
