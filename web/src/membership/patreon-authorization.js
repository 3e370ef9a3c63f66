/** @import {MembershipApi} from './membership-api.js' */

const STORAGE_KEY = 'bookbell.patreon';

/**
 * Leaves for Patreon. What was begun is remembered in this tab: nobody can be made to finish what somebody else has begun.
 *
 * @param {MembershipApi} api @param {number} [creatorId] whose members are to be read; none for one's own account
 */
export async function beginPatreon(api, creatorId) {
  const {url} = await api.connectPatreon(creatorId ? {creator_id: creatorId} : {});
  sessionStorage.setItem(STORAGE_KEY, new URL(url).searchParams.get('state') ?? '');
  location.assign(url);
}

/** The code with which one comes back; null where nothing was begun in this tab, or Patreon has refused. @param {URLSearchParams} query */
export function codeOf(query) {
  const begun = sessionStorage.getItem(STORAGE_KEY);
  sessionStorage.removeItem(STORAGE_KEY);
  const [code, state] = [query.get('code'), query.get('state')];
  return code && state && state === begun ? {code, state} : null;
}
