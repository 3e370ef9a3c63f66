import {BASE_PATH} from '../base-path.js';
import {followListOf, isFollowed} from '../follow/follow-list.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {Notification} from '../client/types.js'
 */

/** Where a notification leads: to its request, or, where that is somebody else's, to what is followed. @param {Session} session @param {Notification} notification */
export function notificationLink(session, notification) {
  const {book_request_id, creator_id} = notification;
  if (!isFollowed(notification)) return `${BASE_PATH}/requests/${book_request_id}`;
  const creator = followListOf(session).books.get(book_request_id ?? 0)?.creator_id ?? creator_id;
  return creator ? `${BASE_PATH}/creators/${creator}/requests` : `${BASE_PATH}/`;
}
