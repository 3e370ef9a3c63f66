import {momentInWords, monthInWords} from '../words/time-text.js';
import {formatNumber, locale, personName, translate} from '../words/translate.js';

/** @import {BookRequest, LedgerEntry, Quota} from '../client/types.js' */

const DAY = 24 * 3_600_000;
const list = new Intl.ListFormat(locale, {type: 'conjunction'});

/** @param {Quota} quota @returns {string} when a supporter may ask again */
export function allowanceRule({period, days, resets_at, remaining, allowed, used}) {
  if (allowed === null || remaining === null) return translate('quota.rule_any');
  if (allowed === 0) return translate('quota.rule_zero');
  if (period === 'rolling' && resets_at) return translate('quota.rule_rolling', {count: days, date: momentInWords(resets_at)});
  if (resets_at) return translate('quota.rule_month', {date: momentInWords(resets_at)});
  if (used > allowed) return translate('quota.rule_debt', {count: used - allowed + 1});
  return translate(remaining > 0 ? 'quota.rule_left' : 'quota.rule_none');
}

/** @param {Quota} quota @returns {string} as the ledger names the period that counts now */
export function currentPeriod({period, days, resets_at}) {
  if (period === 'rolling') return `roll${days}`;
  if (period === 'none' || !resets_at) return 'none';
  const within = new Date(Date.parse(resets_at) - 2 * DAY); // in every time zone before the period's end
  return period === 'month' ? within.toISOString().slice(0, 7) : weekOf(within);
}

/** @param {Date} day @returns {string} its week by ISO 8601, which belongs to the year of its Thursday */
function weekOf(day) {
  const thursday = new Date(day.getTime() + (4 - (day.getUTCDay() || 7)) * DAY);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY));
  return `${year}W${String(week).padStart(2, '0')}`;
}

/**
 * @param {Quota} quota @param {LedgerEntry[]} entries @param {string} [name] whose it is, unless it is the reader's own
 * @returns {string} how the ledger comes to the quota, or nothing where it is not all here
 */
export function quotaSum(quota, entries, name = '') {
  const {allowed, used, remaining} = quota;
  if (allowed === null || remaining === null) return translate('quota.left_any');
  if (allowed === 0 && used === 0) return translate('quota.zero');
  const current = currentPeriod(quota);
  const now = entries.filter(({period}) => period === current);
  const asked = now.filter(takes).length + importedIn(now);
  const back = now.filter(givesBack).length;
  const given = now.reduce((total, {kind, amount}) => total + (kind === 'grant' || kind === 'lapse' ? amount : 0), 0);
  if (asked - back !== used) return '';
  const key = name ? (back > 0 ? 'quota.sum_back_of' : 'quota.sum_of') : back > 0 ? 'quota.sum_back' : 'quota.sum';
  const said = translate(key, {name, count: asked, back, used, allowed, remaining});
  if (given > 0) return `${said} ${translate('quota.sum_given', {tier: allowed - given, given, allowed})}`;
  if (given < 0 && allowed > 0) return `${said} ${translate('quota.sum_taken', {taken: -given, tier: allowed - given})}`;
  return said;
}

/** How many requests the replaced system had counted that are no requests here. @param {LedgerEntry[]} entries */
function importedIn(entries) {
  return entries.reduce((total, {kind, amount}) => total + (kind === 'import' ? amount : 0), 0);
}

/** Whether a line takes a request from its period: it was asked for then, or came along from another tier. @param {LedgerEntry} entry */
export function takes({kind, amount}) {
  return kind === 'consume' || ((kind === 'carry' || kind === 'expire') && amount > 0);
}

/** Whether a line gives a request back to its period. @param {LedgerEntry} entry */
export function givesBack({kind, amount}) {
  return kind === 'refund' || (kind === 'carry' && amount < 0) || (kind === 'expire' && amount === -1);
}

/** @param {LedgerEntry} entry @param {Quota} quota @returns {string} one line of the ledger */
export function ledgerLine(entry, quota) {
  const {kind, amount, title, reason, actor_name, period} = entry;
  switch (kind) {
    case 'consume':
      return translate('ledger.asked', {title});
    case 'refund':
      return isOver(period, quota) ? translate('ledger.back_over', {title, month: monthInWords(period)}) : translate('ledger.back', {title});
    case 'carry':
      return translate(amount > 0 ? 'ledger.carried' : 'ledger.back', {title});
    case 'expire':
      return translate(amount > 0 ? 'ledger.asked' : 'ledger.expired', {title});
    case 'lapse':
      return translate('ledger.lapsed');
    case 'tier':
      return translate('ledger.moved', {name: sourceName(personName(actor_name)), old: reason ?? '–', title: title ?? '–'});
    case 'import':
      return translate('ledger.imported', {count: amount});
    case 'grant':
      return translate(amount > 0 ? 'ledger.given' : 'ledger.taken', {name: personName(actor_name)}) + (reason ? translate('ledger.reason', {reason}) : '');
  }
}

/** Whether a month is not the current one, so that what comes back to it cannot be used. @param {string} period @param {Quota} quota */
function isOver(period, quota) {
  return /^\d+-\d+$/.test(period) && period !== currentPeriod(quota);
}

/** What a membership service calls itself. @param {string} source */
export const sourceName = (source) => ({patreon: 'Patreon', kofi: 'Ko-fi'})[source] ?? source;

/** @param {LedgerEntry} entry what it does to the number of requests left */
export function ledgerEffect(entry) {
  if (entry.kind === 'tier') return '';
  const effect = takes(entry) ? -1 : givesBack(entry) ? 1 : entry.kind === 'import' ? -entry.amount : entry.amount;
  return effect > 0 ? `+${formatNumber(effect)}` : `−${formatNumber(-effect)}`;
}

/**
 * What became of each request that is counted, as far as all of them are here, and what came back, for one sentence;
 * nothing where there is nothing, or where the ledger is not all here.
 *
 * @param {Quota} quota @param {LedgerEntry[]} entries @param {Map<number, BookRequest>} requests
 */
export function quotaParts(quota, entries, requests) {
  const current = currentPeriod(quota);
  const now = entries.filter(({period}) => period === current);
  const back = now.filter(givesBack);
  const returned = new Set(back.map((entry) => entry.book_request_id));
  const counted = now.filter((entry) => takes(entry) && !returned.has(entry.book_request_id));
  if (now.filter(takes).length + importedIn(now) - back.length !== quota.used) return '';
  const request = (/** @type {LedgerEntry} */ {book_request_id}) => requests.get(book_request_id ?? 0);
  const open = counted.filter((entry) => request(entry)?.status === 'pending');
  const granted = counted.filter((entry) => ['approved', 'completed'].includes(request(entry)?.status ?? ''));
  const given = now.filter(({kind, amount}) => kind === 'grant' && amount > 0);
  const became = counted.every(request) ? [open.length, granted.length, counted.length - open.length - granted.length + importedIn(now)] : [0, 0, 0];
  const said = [
    ...['open', 'granted', 'earlier'].map((part, index) => counting(`quota.part_${part}`, became[index])),
    counting('quota.part_back', back.length),
    counting(
      'quota.part_given',
      given.reduce((sum, {amount}) => sum + amount, 0),
    ),
  ];
  return list.format(said.filter((part) => part !== ''));
}

/** @param {string} key @param {number} count */
function counting(key, count) {
  return count > 0 ? translate(key, {count}) : '';
}
