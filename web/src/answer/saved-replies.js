import {changesDesk} from '../client/desk-update.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {CannedResponse, ServerMessage} from '../client/types.js'
 */

/** @type {WeakMap<Session, Map<number, Promise<CannedResponse[]>>>} */
const read = new WeakMap();

/** Whether a team's ready answers may have changed. @param {ServerMessage} message @param {number} creatorId */
export function changesCanned(message, creatorId) {
  return changesDesk(message, creatorId) && (message.type !== 'desk_update' || message.kind === 'canned_responses_changed');
}

/** The answers that a team keeps ready, read once and again when they have changed. @param {Session} session @param {number} creatorId */
export function cannedOf(session, creatorId) {
  const ofSession = read.get(session) ?? following(session);
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

/** @param {Session} session */
function following(session) {
  /** @type {Map<number, Promise<CannedResponse[]>>} */
  const answers = new Map();
  session.addEventListener('message', (event) => {
    const message = /** @type {CustomEvent<ServerMessage>} */ (event).detail;
    for (const creatorId of [...answers.keys()]) if (changesCanned(message, creatorId)) answers.delete(creatorId);
  });
  read.set(session, answers);
  return answers;
}
