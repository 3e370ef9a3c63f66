import {BASE_PATH} from '../base-path.js';
import {html} from 'lit';
import {hasTranslation, translateMarkup, translate} from '../words/translate.js';

/** @import {Activity} from '../client/types.js' */

/** How the server notes what became of a creator's settings; the notes stay as they were written. @type {[RegExp, string][]} */
const SETTINGS = [
  [/^Accepting requests again$/, 'activity.creator_resumed'],
  [/^What was asked for is shown$/, 'activity.creator_shows_asked'],
  [/^What was asked for is hidden$/, 'activity.creator_hides_asked'],
  [/^The team may answer its own requests$/, 'activity.creator_own_on'],
  [/^The team may not answer its own requests$/, 'activity.creator_own_off'],
  [/^Requests paused$/, 'activity.creator_paused'],
  [/^Rules changed$/, 'activity.creator_rules'],
  [/^Rules removed$/, 'activity.creator_no_rules'],
  [/^Renamed to (?<what>.*)$/s, 'activity.creator_renamed'],
  [/^Notice: $/, 'activity.creator_silent'],
  [/^Notice: (?<what>.*)$/s, 'activity.creator_notice'],
];

/** Who did what, as the content of an element. @param {Activity} activity @returns {unknown} */
export function activityText(activity) {
  const {kind, detail, actor_name, book_request_id} = activity;
  const actor = html`<strong><bdi>${actor_name}</bdi></strong>`;
  if (kind === 'creator_changed') return settings(actor, detail);
  if (kind === 'invitation_created') return translateMarkup(detail === 'team' ? 'activity.invitation_team' : 'activity.invitation_supporter', {actor});
  if (kind === 'supporter_joined' && detail !== actor_name) return translateMarkup('activity.supporter_joined_as', {actor, what: detail});
  const what = book_request_id ? html`<a href="${BASE_PATH}/requests/${book_request_id}"><bdi>${detail}</bdi></a>` : tierTerms(kind, detail);
  const key = `activity.${kind}`;
  return hasTranslation(key) ? translateMarkup(key, {actor, what}) : html`${actor} · ${kind.replaceAll('_', ' ')} · ${what}`;
}

/** @param {unknown} actor @param {string} detail */
function settings(actor, detail) {
  for (const [pattern, key] of SETTINGS) {
    const found = pattern.exec(detail);
    if (found) return translateMarkup(key, {actor, what: found.groups?.what});
  }
  return translateMarkup('activity.creator_changed', {actor, what: detail});
}

/** A tier is noted as "Reader: 3 a month". @param {string} kind @param {string} detail */
function tierTerms(kind, detail) {
  const found = kind.startsWith('tier_') && /^(.*): (\d+)( a month)?$/s.exec(detail);
  if (!found) return detail;
  return `${found[1]}: ${translate(found[3] ? 'tiers.terms_month' : 'tiers.terms_none', {count: Number(found[2])})}`;
}
