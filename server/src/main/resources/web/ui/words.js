/** @import {Activity, LedgerEntry, Quota, Status} from '../client/types.js' */

/** @type {Record<Status, string>} */
export const STATUS = {
  pending: 'Waiting',
  approved: 'Approved',
  rejected: 'Declined',
  completed: 'Completed',
  cancelled: 'Withdrawn',
};

/** @param {number} count @param {string} one @param {string} [many] */
export function plural(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

const LOCALE = 'en';
const relative = new Intl.RelativeTimeFormat(LOCALE, {numeric: 'auto'});
const day = new Intl.DateTimeFormat(LOCALE, {day: 'numeric', month: 'long'});
const dayOfYear = new Intl.DateTimeFormat(LOCALE, {day: 'numeric', month: 'long', year: 'numeric'});
const exact = new Intl.DateTimeFormat(LOCALE, {dateStyle: 'full', timeStyle: 'short'});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @param {string} time ISO 8601 @param {number} [now] */
export function timeInWords(time, now = Date.now()) {
  const ago = now - Date.parse(time);
  if (ago < 45_000) return 'just now';
  if (ago < HOUR) return relative.format(-Math.max(1, Math.round(ago / MINUTE)), 'minute');
  if (ago < DAY) return relative.format(-Math.round(ago / HOUR), 'hour');
  if (ago < 14 * DAY) return relative.format(-Math.round(ago / DAY), 'day');
  return `on ${dateInWords(time, now)}`;
}

/** @param {string} time @param {number} [now] */
export function dateInWords(time, now = Date.now()) {
  const date = new Date(time);
  return (date.getFullYear() === new Date(now).getFullYear() ? day : dayOfYear).format(date);
}

/** @param {string} time */
export function exactTime(time) {
  return exact.format(new Date(time));
}

/** @param {Quota} quota @returns {string} when a supporter may ask again */
export function allowanceRule({period, resets_at, remaining}) {
  if (period === 'month' && resets_at) return `Your allowance starts afresh on ${day.format(new Date(resets_at))}.`;
  return remaining > 0 ? 'A declined or withdrawn request comes back to you.' : 'You can ask again when a request is declined or withdrawn, or when you are given more.';
}

/**
 * @param {Quota} quota @param {LedgerEntry[]} entries
 * @returns {string} how the ledger comes to the quota, or nothing where it is not all here
 */
export function quotaSum({allowed, used, period, resets_at}, entries) {
  const current = period === 'month' && resets_at ? new Date(Date.parse(resets_at) - DAY).toISOString().slice(0, 7) : 'none';
  const sum = (/** @type {string} */ kind) =>
    entries.filter((entry) => entry.kind === kind && entry.period === current).reduce((total, {amount}) => total + amount, 0);
  const [asked, back, given] = ['consume', 'refund', 'grant'].map(sum);
  if (asked - back !== used) return '';
  const said = `You asked for ${asked}${back > 0 ? ` and ${back} came back` : ''}: ${used} of ${allowed} used.`;
  if (given > 0) return `${said} Your tier's ${allowed - given} and ${given} on top make ${allowed}.`;
  if (given < 0 && allowed > 0) return `${said} ${-given} of your tier's ${allowed - given} were taken back.`;
  return said;
}

/** @param {LedgerEntry} entry @returns {string} one line of the ledger */
export function ledgerLine({kind, amount, title, reason, actor_name}) {
  switch (kind) {
    case 'consume':
      return `Asked for “${title}”`;
    case 'refund':
      return `“${title}” came back`;
    case 'grant':
      return `${amount > 0 ? 'Given' : 'Taken back'} by ${actor_name}${reason ? `: ${reason}` : ''}`;
  }
}

/** @param {LedgerEntry} entry what it does to the number of requests left */
export function ledgerEffect({kind, amount}) {
  const effect = kind === 'consume' ? -amount : amount;
  return effect > 0 ? `+${effect}` : `−${-effect}`;
}

/** What an actor did, by kind of activity; its detail follows. @type {Record<string, string>} */
const DEEDS = {
  request_created: 'asked for',
  request_approved: 'approved',
  request_rejected: 'declined',
  request_completed: 'completed',
  request_cancelled: 'withdrew',
  reply_added: 'wrote about',
  team_member_added: 'took into the team:',
  team_member_removed: 'took out of the team:',
  team_member_activated: 'activated in the team:',
  team_member_deactivated: 'deactivated in the team:',
  tier_created: 'made a tier,',
  tier_changed: 'changed a tier,',
  supporter_joined: 'joined',
  supporter_tier_changed: 'moved to another tier,',
  quota_granted: 'granted',
  invitation_created: 'made an invitation link for a',
  invitation_revoked: 'revoked an invitation link',
  creator_changed: 'changed the settings:',
};

/** @type {Record<string, string>} */
const DETAILS = {supporter: 'supporter', team: 'team member'};

/** @param {Activity} activity @returns {{did: string, what: string}} */
export function deed({kind, detail, actor_name}) {
  const did = DEEDS[kind] ?? kind.replaceAll('_', ' ');
  if (kind === 'invitation_created') return {did, what: DETAILS[detail] ?? detail};
  return {did, what: kind === 'supporter_joined' && detail === actor_name ? '' : detail};
}

/** @param {string} name */
export function initials(name) {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words[words.length - 1] : ''].map((word) => [...word][0] ?? '').join('').toLocaleUpperCase();
}
