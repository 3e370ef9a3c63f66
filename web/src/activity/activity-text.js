import {BASE_PATH} from '../base-path.js';
import {html} from 'lit';
import {sourceName} from '../quota/quota-text.js';
import {tierTerms as terms} from '../supporter/tier-terms.js';
import {hasTranslation, locale, translateMarkup, personName, translate} from '../words/translate.js';
import '../words/later.js';

/** @import {Activity, FieldChange} from '../client/types.js' */

/** What became of a creator's settings: with a new value, and without one. @type {Record<string, [string, string]>} */
const SETTINGS = {
  accepting: ['activity.creator_resumed', 'activity.creator_paused'],
  colour: ['activity.creator_colour', 'activity.creator_no_colour'],
  name: ['activity.creator_renamed', 'activity.creator_renamed'],
  notice: ['activity.creator_notice', 'activity.creator_silent'],
  picture: ['activity.creator_picture', 'activity.creator_no_picture'],
  rules: ['activity.creator_rules', 'activity.creator_no_rules'],
  self_service: ['activity.creator_own_on', 'activity.creator_own_off'],
  time_zone: ['activity.creator_zone', 'activity.creator_zone'],
  shows_asked: ['activity.creator_shows_asked', 'activity.creator_hides_asked'],
};

const signed = new Intl.NumberFormat(locale, {signDisplay: 'exceptZero'});

const name = (/** @type {unknown} */ text) => html`<bdi>${personName(text)}</bdi>`;

/** Who did what, as the content of an element: a sentence, or one for each field that was changed. @param {Activity} activity @returns {unknown} */
export function activityText(activity) {
  return sentences(activity).map((sentence, index) => (index ? html`<br />${sentence}` : sentence));
}

/** @param {Activity} activity @returns {unknown[]} */
function sentences({kind, details, actor_id, actor_name, book_request_id, detail}) {
  const actor = html`<strong>${name(actor_name)}</strong>`;
  switch (kind) {
    case 'creator_changed':
      return settings(actor, details.changes);
    case 'tier_created':
      return [translateMarkup('activity.tier_created', {actor, what: tierTerms(details)})];
    case 'tier_changed':
      return tier(actor, details);
    case 'supporter_joined':
      return [joined(actor, actor_name, details)];
    case 'supporter_tier_changed': {
      const {supporter_name, old_tier, new_tier} = details;
      const key = old_tier ? 'activity.supporter_tier_changed_from' : 'activity.supporter_tier_changed';
      return [translateMarkup(key, {actor, name: name(supporter_name), old: name(old_tier), what: name(new_tier)})];
    }
    case 'supporter_tier_followed': {
      const {old_tier, new_tier, source} = details;
      return [translateMarkup('activity.supporter_tier_followed', {actor, source: sourceName(source), old: name(old_tier), what: name(new_tier)})];
    }
    case 'source_connected':
    case 'source_disconnected':
    case 'source_failed':
      return [translateMarkup(`activity.${kind}`, {actor, what: sourceName(details.source)})];
    case 'quota_granted':
      return [
        translateMarkup('activity.quota_granted', {actor, name: name(details.supporter_name), amount: signed.format(details.amount), what: details.reason}),
      ];
    case 'invitation_created':
      return [translateMarkup(details.role === 'team' ? 'activity.invitation_team' : 'activity.invitation_supporter', {actor})];
    case 'invitations_ended':
      return [translateMarkup('activity.invitations_ended', {actor, name: name(details.member_name), count: details.amount})];
    case 'tier_deleted': {
      const key = details.new_tier ? 'activity.tier_deleted_to' : 'activity.tier_deleted';
      return [translateMarkup(key, {actor, what: name(details.name), name: name(details.new_tier)})];
    }
    case 'supporter_removed':
    case 'supporter_blocked':
    case 'supporter_unblocked':
    case 'supporter_restored':
      return [translateMarkup(`activity.${kind}`, {actor, what: name(details.supporter_name)})];
    case 'allowance_changed': {
      const {supporter_name, allowance} = details;
      const key = allowance === undefined ? 'activity.allowance_removed' : 'activity.allowance_changed';
      return [translateMarkup(key, {actor, name: name(supporter_name), what: allowance})];
    }
    case 'supporters_imported':
      return [translateMarkup('activity.supporters_imported', {actor, added: details.added, moved: details.moved})];
    case 'team_role_changed':
      return [translateMarkup('activity.team_role_changed', {actor, name: name(details.member_name), what: translate(`team.role_${details.role}`)})];
    case 'team_member_removed':
      if (details.member_id === actor_id) return [translateMarkup('activity.supporter_left', {actor})];
      break;
    case 'text':
      return [translateMarkup('activity.text', {actor, what: details.text})];
  }
  const key = `activity.${kind}`;
  if (!hasTranslation(key)) return [translateMarkup('activity.text', {actor, what: detail})]; // a newer server's
  if (kind === 'request_created' && details.supporter_name)
    return [translateMarkup('activity.request_created_for', {actor, name: name(details.supporter_name), what: link(book_request_id, details.title)})];
  const what = book_request_id ? link(book_request_id, details.title) : name(details.member_name);
  return [translateMarkup(key, {actor, what})];
}

/** @param {number | null} id @param {string} title */
const link = (id, title) => html`<a href="${BASE_PATH}/requests/${id}"><bdi>${title}</bdi></a>`;

/** @param {unknown} actor @param {FieldChange[]} changes @returns {unknown[]} */
function settings(actor, changes) {
  return changes.map((change) => translateMarkup(settingKey(change), {actor, what: change.new, old: change.old}));
}

/** A value that isn't known is none that was taken away. @param {FieldChange} change */
function settingKey({field, old, new: now}) {
  if (field === 'name' && old) return 'activity.creator_renamed_from';
  const [given, taken] = SETTINGS[field] ?? ['activity.creator_changed', 'activity.creator_changed'];
  return now === '' || now === false ? taken : given;
}

/** @param {unknown} actor @param {Activity['details']} details @returns {unknown[]} */
function tier(actor, details) {
  const {name: tierName, changes} = details;
  const before = Object.fromEntries(changes.map(({field, old}) => [field, old]));
  const told = [];
  if ('name' in before) told.push(translateMarkup('activity.tier_renamed', {actor, old: name(before.name), what: name(tierName)}));
  if ('requests_allowed' in before || 'period' in before || 'days' in before)
    told.push(translateMarkup('activity.tier_terms', {actor, name: name(tierName), old: terms({...details, ...before}), what: terms(details)}));
  return told.length ? told : [translateMarkup('activity.tier_changed', {actor, what: tierTerms(details)})];
}

/** @param {Activity['details']} details */
const tierTerms = (details) => `${details.name}: ${terms(details)}`;

/** @param {unknown} actor @param {string} actorName as it is now @param {Activity['details']} details */
function joined(actor, actorName, {supporter_name, tier: tierName}) {
  if (supporter_name !== actorName) return translateMarkup('activity.supporter_joined_as', {actor, what: name(supporter_name)});
  return tierName ? translateMarkup('activity.supporter_joined_tier', {actor, what: name(tierName)}) : translateMarkup('activity.supporter_joined', {actor});
}
