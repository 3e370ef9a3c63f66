/**
 * @import {Session} from '../client/session.js'
 * @import {AskedBook, Notification, ServerMessage, Status} from '../client/types.js'
 */

const FOLLOWED_KIND = /^followed_request_(\w+)$/;

/** @type {WeakMap<Session, FollowList>} */
const ofSessions = new WeakMap();

/** What a session's user follows. @param {Session} session @returns {FollowList} */
export function followListOf(session) {
  const known = ofSessions.get(session) ?? new FollowList(session);
  ofSessions.set(session, known);
  return known;
}

/**
 * The books a user follows, kept current by the notifications about them.
 *
 * Event: `change`, after every change.
 */
class FollowList extends EventTarget {
  /** @type {Map<number, AskedBook>} */
  books = new Map();
  #generation = -1;

  /** @param {Session} session */
  constructor(session) {
    super();
    this.session = session;
    session.addEventListener('message', (event) => this.#onMessage(/** @type {CustomEvent<ServerMessage>} */ (event).detail));
  }

  /** Reads them, unless that was done since the last snapshot. */
  async load() {
    const {generation} = this.session.store;
    if (this.#generation === generation) return;
    this.#generation = generation;
    try {
      const {items} = await this.session.api.followed({limit: 100});
      this.books = new Map(items.map((book) => [book.id, book]));
    } catch {
      this.#generation = -1; // the next one to ask tries again
    }
    this.#notifyChange();
  }

  /** @param {number} creatorId @returns {AskedBook[]} the newest first */
  ofCreator(creatorId) {
    return [...this.books.values()].filter((book) => book.creator_id === creatorId).sort((a, b) => b.id - a.id);
  }

  /** @param {number} id @param {string} key */
  async follow(id, key) {
    const book = await this.session.api.follow(id, {key});
    this.books.set(id, book);
    this.#notifyChange();
    return book;
  }

  /** @param {number} id */
  async unfollow(id) {
    await this.session.api.unfollow(id);
    this.books.delete(id);
    this.#notifyChange();
  }

  /** @param {ServerMessage} message */
  #onMessage(message) {
    if (message.type === 'initial_data' && this.#generation >= 0) this.load();
    if (message.type === 'notification') this.#onNotification(message.notification);
  }

  /** @param {Notification} notification */
  #onNotification({kind, book_request_id, created_at}) {
    const status = /** @type {Status | undefined} */ (FOLLOWED_KIND.exec(kind)?.[1]);
    const book = book_request_id && this.books.get(book_request_id);
    if (!status || !book) return;
    this.books.set(book.id, {...book, status, updated_at: created_at});
    this.#notifyChange();
  }

  #notifyChange() {
    this.dispatchEvent(new Event('change'));
  }
}

/** Whether a notification is about something that is followed, and not one's own. @param {Notification} notification */
export const isFollowed = ({kind}) => FOLLOWED_KIND.test(kind);
