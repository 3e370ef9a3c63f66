import {hasTranslation, translate} from '../words/translate.js';

/** @import {Notification} from '../client/types.js' */

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
