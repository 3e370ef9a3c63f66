import {BASE_PATH} from '../base-path.js';
import {followListOf, isFollowed} from '../follow/follow-list.js';
import {hasTranslation, translate} from '../words/translate.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {Notification} from '../client/types.js'
 */

/**
 * A notification in the reader's language, made from its kind; one of a kind not known here, or stored before the
 * server told what it is about, reads as the server wrote it.
 *
 * @param {Notification} notification
 */
export function notificationText({kind, title, supporter_name: name, text}) {
  const key = `notification.${kind}${name ? '_by' : ''}`;
  return title && hasTranslation(key) ? translate(key, {title, name}) : text;
}

/** Where a notification leads: to its request, or, where that is somebody else's, to what is followed. @param {Session} session @param {Notification} notification */
export function notificationLink(session, notification) {
  const {book_request_id, creator_id} = notification;
  if (!isFollowed(notification)) return `${BASE_PATH}/requests/${book_request_id}`;
  const creator = followListOf(session).books.get(book_request_id ?? 0)?.creator_id ?? creator_id;
  return creator ? `${BASE_PATH}/creators/${creator}/requests` : `${BASE_PATH}/`;
}
