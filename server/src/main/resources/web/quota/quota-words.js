import {dateInWords} from '../words/times.js';
import {number, say} from '../words/words.js';

/** @import {LedgerEntry, Quota} from '../client/types.js' */

const DAY = 24 * 3_600_000;

/** @param {Quota} quota @returns {string} when a supporter may ask again */
export function allowanceRule({period, resets_at, remaining}) {
  if (period === 'month' && resets_at) return say('quota.rule_month', {date: dateInWords(resets_at)});
  return say(remaining > 0 ? 'quota.rule_left' : 'quota.rule_none');
}

/** @param {Quota} quota @returns {string} as the ledger names the period that counts now */
export function currentPeriod({period, resets_at}) {
  return period === 'month' && resets_at ? new Date(Date.parse(resets_at) - DAY).toISOString().slice(0, 7) : 'none';
}

/**
 * @param {Quota} quota @param {LedgerEntry[]} entries
 * @returns {string} how the ledger comes to the quota, or nothing where it is not all here
 */
export function quotaSum(quota, entries) {
  const {allowed, used} = quota;
  const current = currentPeriod(quota);
  const sum = (/** @type {string} */ kind) =>
    entries.filter((entry) => entry.kind === kind && entry.period === current).reduce((total, {amount}) => total + amount, 0);
  const [asked, back, given] = ['consume', 'refund', 'grant'].map(sum);
  if (asked - back !== used) return '';
  const said = say(back > 0 ? 'quota.sum_back' : 'quota.sum', {asked, back, used, allowed});
  if (given > 0) return `${said} ${say('quota.sum_given', {tier: allowed - given, given, allowed})}`;
  if (given < 0 && allowed > 0) return `${said} ${say('quota.sum_taken', {taken: -given, tier: allowed - given})}`;
  return said;
}

/** @param {LedgerEntry} entry @returns {string} one line of the ledger */
export function ledgerLine({kind, amount, title, reason, actor_name}) {
  switch (kind) {
    case 'consume':
      return say('ledger.asked', {title});
    case 'refund':
      return say('ledger.back', {title});
    case 'grant':
      return say(amount > 0 ? 'ledger.given' : 'ledger.taken', {name: actor_name}) + (reason ? say('ledger.reason', {reason}) : '');
  }
}

/** @param {LedgerEntry} entry what it does to the number of requests left */
export function ledgerEffect({kind, amount}) {
  const effect = kind === 'consume' ? -amount : amount;
  return effect > 0 ? `+${number(effect)}` : `−${number(-effect)}`;
}
