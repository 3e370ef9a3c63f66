import {dateInWords, daysBetween} from '../words/time-text.js';
import {locale} from '../words/translate.js';

/** @import {Notification} from '../client/types.js' */

const relative = new Intl.RelativeTimeFormat(locale, {numeric: 'auto'});

/** @param {Notification[]} notifications newest first @returns {{day: string, items: Notification[]}[]} under the days of this place */
export function groupByDay(notifications) {
  const days = Map.groupBy(notifications, ({created_at}) => dayInWords(created_at));
  return [...days].map(([day, items]) => ({day, items}));
}

/** @param {string} time */
function dayInWords(time) {
  const ago = daysBetween(time);
  const words = ago < 2 ? relative.format(-ago, 'day') : dateInWords(time);
  return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
}
