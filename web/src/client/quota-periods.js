import {serverNow} from './server-clock.js';

/**
 * @import {Session} from './session.js'
 */

/** The server turns the period by its own clock, a little after ours at worst, ms. */
const GRACE = 1_500;
/** Where the server still tells the old period, ms. */
const AGAIN_AFTER = 15_000;
/** Timers do not reach further, ms. */
const LONGEST = 2 ** 31 - 1;

/**
 * Reads quotas again when their period has turned: by a timer, and after a sleep, in which timers stand still. So the
 * page does not depend on being told. What the team sees of other people's quotas turns with the month.
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

  const look = async () => {
    clearTimeout(timer);
    if (ended.signal.aborted || reading) return;
    const isOver = month !== monthOf(serverNow());
    month = monthOf(serverNow());
    const over = [...session.store.quotas.values()].filter(({resets_at}) => resets_at && Date.parse(resets_at) + GRACE <= serverNow());
    reading = true;
    await Promise.all(over.map((quota) => session.readQuota(quota.creator_id).catch(() => {})));
    reading = false;
    if (over.length || isOver) session.dispatchEvent(new Event('quota-period-changed'));
    plan();
  };
  const plan = () => {
    clearTimeout(timer);
    if (ended.signal.aborted) return;
    const resets = [...session.store.quotas.values()].flatMap(({resets_at}) => (resets_at ? Date.parse(resets_at) : []));
    const next = Math.min(...resets, endOfMonth(serverNow())) + GRACE - serverNow();
    timer = setTimeout(look, Math.min(LONGEST, next > 0 ? next : tried ? AGAIN_AFTER : 0));
    tried = next <= 0;
  };

  session.store.addEventListener('change', () => reading || plan());
  session.addEventListener('resumed', look);
  globalThis.document?.addEventListener('visibilitychange', () => document.hidden || look(), {signal: ended.signal});
  globalThis.addEventListener?.('pageshow', look, {signal: ended.signal});
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
