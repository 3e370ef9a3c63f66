/** @import {MembershipApi} from './membership-api.js' */

const STORAGE_KEY = 'bookbell.patreon';

/**
 * Leaves for Patreon. What was begun is remembered in this tab: nobody can be made to finish what somebody else has begun.
 *
 * @param {MembershipApi} api
 * @param {{creator_id?: number, password?: string}} whose the creator whose members are to be read; for one's own account
 *   none, and the password if the session isn't new
 */
export async function beginPatreon(api, whose) {
  const {url} = await api.connectPatreon(whose);
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
