import {serverNow} from './server-clock.js';

/**
 * @import {Session} from './session.js'
 */

/** The server turns the period by its own clock, a little after ours at worst, ms. */
const CLOCK_TOLERANCE = 1_500;
/** Retry delay while the server still returns the old period, ms. */
const RETRY_DELAY = 15_000;
/** Timers do not reach further, ms. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/**
 * Reloads quotas when their period ends: by a timer, and after a sleep, in which timers stand still. No message tells
 * the page of it. What the team sees of other people's quotas is reloaded when the month ends.
 *
 * @param {Session} session
 */
export function refreshQuotasAtPeriodEnd(session) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let reading = false;
  let tried = false;
  let month = monthOf(serverNow());
  const ended = new AbortController();

  const check = async () => {
    clearTimeout(timer);
    if (ended.signal.aborted || reading) return;
    const isOver = month !== monthOf(serverNow());
    month = monthOf(serverNow());
    const over = [...session.store.quotas.values()].filter(({resets_at}) => resets_at && Date.parse(resets_at) + CLOCK_TOLERANCE <= serverNow());
    reading = true;
    await Promise.all(over.map((quota) => session.readQuota(quota.creator_id).catch(() => {})));
    reading = false;
    if (over.length || isOver) session.dispatchEvent(new Event('quota-period-changed'));
    schedule();
  };
  const schedule = () => {
    clearTimeout(timer);
    if (ended.signal.aborted) return;
    const resets = [...session.store.quotas.values()].flatMap(({resets_at}) => (resets_at ? Date.parse(resets_at) : []));
    const next = Math.min(...resets, endOfMonth(serverNow())) + CLOCK_TOLERANCE - serverNow();
    timer = setTimeout(check, Math.min(MAX_TIMEOUT, next > 0 ? next : tried ? RETRY_DELAY : 0));
    tried = next <= 0;
  };

  session.store.addEventListener('change', () => reading || schedule());
  session.addEventListener('resumed', check);
  globalThis.document?.addEventListener('visibilitychange', () => document.hidden || check(), {signal: ended.signal});
  globalThis.addEventListener?.('pageshow', check, {signal: ended.signal});
  session.addEventListener('ended', () => {
    ended.abort();
    clearTimeout(timer);
  });
}

/** @param {number} time */
function monthOf(time) {
  return new Date(time).toISOString().slice(0, 7);
}

/** @param {number} time */
function endOfMonth(time) {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}
