import {BASE, ownName} from '../base-path.js';

/**
 * @import {Me} from '../client/types.js'
 * @typedef {{creatorId: number, name: string, role: 'admin' | 'supporter'}} Desk one of the places a user works at
 */

/** Every creator this user answers for, then every one they support. @param {Me} me @returns {Desk[]} */
export function desksOf(me) {
  return [
    ...me.admin_of.map((one) => ({creatorId: one.creator_id, name: one.creator_name, role: /** @type {const} */ ('admin')})),
    ...me.memberships.map((one) => ({creatorId: one.creator_id, name: one.creator_name, role: /** @type {const} */ ('supporter')})),
  ];
}

/** @param {Desk} desk */
export function homeOf({creatorId, role}) {
  return `${BASE}/creators/${creatorId}/${role === 'admin' ? 'inbox' : 'requests'}`;
}

const LAST = ownName('bookbell.desk');

/** The desk used last in this browser, or the first. @param {Me} me @returns {Desk | undefined} */
export function usualDesk(me) {
  const last = localStorage.getItem(`${LAST}.${me.user.id}`);
  const desks = desksOf(me);
  return desks.find((desk) => homeOf(desk) === last) ?? desks[0];
}

/** @param {Me} me @param {Desk} desk */
export function rememberDesk(me, desk) {
  localStorage.setItem(`${LAST}.${me.user.id}`, homeOf(desk));
}
