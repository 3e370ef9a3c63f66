import {changesCreatorLists} from '../client/creator-lists.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {SavedReply, ServerMessage} from '../client/types.js'
 */

/** @type {WeakMap<Session, Map<number, Promise<SavedReply[]>>>} */
const read = new WeakMap();

/** Whether a team's ready answers may have changed. @param {ServerMessage} message @param {number} creatorId */
export function changesSavedReplies(message, creatorId) {
  return changesCreatorLists(message, creatorId) && (message.type !== 'desk_update' || message.kind === 'canned_responses_changed');
}

/** The answers that a team keeps ready, read once and again when they have changed. @param {Session} session @param {number} creatorId */
export function savedRepliesOf(session, creatorId) {
  const ofSession = read.get(session) ?? following(session);
  const known = ofSession.get(creatorId);
  if (known) return known;
  /** @type {Promise<SavedReply[]>} */
  const answers = session.api.savedReplies(creatorId).then(
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
  /** @type {Map<number, Promise<SavedReply[]>>} */
  const answers = new Map();
  session.addEventListener('message', (event) => {
    const message = /** @type {CustomEvent<ServerMessage>} */ (event).detail;
    for (const creatorId of [...answers.keys()]) if (changesSavedReplies(message, creatorId)) answers.delete(creatorId);
  });
  read.set(session, answers);
  return answers;
}
