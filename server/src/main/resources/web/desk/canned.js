/**
 * @import {Session} from '../client/session.js'
 * @import {CannedResponse} from '../client/types.js'
 */

/** @type {WeakMap<Session, Map<number, Promise<CannedResponse[]>>>} */
const read = new WeakMap();

/** The answers that a team keeps ready, read once. @param {Session} session @param {number} creatorId */
export function cannedOf(session, creatorId) {
  const ofSession = read.get(session) ?? new Map();
  read.set(session, ofSession);
  const known = ofSession.get(creatorId);
  if (known) return known;
  /** @type {Promise<CannedResponse[]>} */
  const answers = session.api.cannedResponses(creatorId).then(
    ({items}) => items,
    () => {
      ofSession.delete(creatorId);
      return [];
    },
  );
  ofSession.set(creatorId, answers);
  return answers;
}

/** They have changed. @param {Session} session @param {number} creatorId */
export function forgetCanned(session, creatorId) {
  read.get(session)?.delete(creatorId);
}
