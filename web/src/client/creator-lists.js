/** @import {ServerMessage} from './types.js' */

/**
 * Whether the lists of a creator's desk may have changed. What was said while the connection was away is not said again,
 * but then each creator's newest state is.
 *
 * @param {ServerMessage} message @param {number} creatorId
 */
export function changesCreatorLists(message, creatorId) {
  switch (message.type) {
    case 'desk_update':
      return message.creator_id === creatorId;
    case 'creator_update':
      return message.creator.id === creatorId;
    default:
      return message.type === 'initial_data';
  }
}
