import {BASE_PATH} from '../base-path.js';
import {followListOf, isFollowed} from '../follow/follow-list.js';
import {hasTranslation, personName, translate} from '../words/translate.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {Notification} from '../client/types.js'
 */

/**
 * A notification in the reader's language, made from its kind and details. One that this page doesn't know, and a
 * message from before notifications had details, reads as the server wrote it, in English.
 *
 * @param {Notification} notification
 */
export function notificationText({kind, details, text}) {
  const key = `notification.${kind}`;
  if (!details || !hasTranslation(key)) return details?.text ?? text;
  const {title, supporter_name, actor_name} = details;
  return translate(key, {title, name: personName(supporter_name ?? actor_name)});
}

/** Where a notification leads: to its request, to what is followed where that is somebody else's, or to the settings; undefined for nowhere. @param {Session} session @param {Notification} notification */
export function notificationLink(session, notification) {
  const {book_request_id, creator_id, kind} = notification;
  if (kind === 'source_failed' && creator_id) return `${BASE_PATH}/creators/${creator_id}/settings`;
  if (!book_request_id) return undefined;
  if (!isFollowed(notification)) return `${BASE_PATH}/requests/${book_request_id}`;
  const creator = followListOf(session).books.get(book_request_id)?.creator_id ?? creator_id;
  return creator ? `${BASE_PATH}/creators/${creator}/requests` : `${BASE_PATH}/`;
}
