/** @import {BookRequest} from './types.js' */

/** How many replies a request has; what an older version has stored has the whole thread in it and no number. @param {BookRequest} request */
export function replyCount({replies, reply_count = replies.length}) {
  return Math.max(reply_count, replies.length);
}

/**
 * The newer of two states of a request, with the replies of both: each has only the newest of its time.
 *
 * @param {BookRequest} newer @param {BookRequest} older @returns {BookRequest}
 */
export function withRepliesOf(newer, older) {
  const replies = new Map([...older.replies, ...newer.replies].map((reply) => [reply.id, reply]));
  return {
    ...newer,
    replies: [...replies.values()].sort((a, b) => a.id - b.id),
    reply_count: Math.max(replyCount(newer), replyCount(older)),
  };
}
