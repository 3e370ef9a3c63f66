/**
 * @import {BookRequest, Creator, FollowersUpdate, InitialData, Me, Notification, PendingCountUpdate, Quota, Reply, ServerMessage} from './types.js'
 */

/** So many requests are in a snapshot; lists read on from the server. */
const SNAPSHOT_SIZE = 50;

/**
 * What this user knows, kept current: live messages and REST answers both end up here, and views read only from
 * here. A REST answer may overtake the live messages or be overtaken by them, so the newer of two states of a
 * request wins, whichever way it came.
 *
 * Events: `read` (detail: the notifications that were read here, or null for all); `change`, soon after a change; for many in a short time, once.
 */
export class Store extends EventTarget {
  /** @type {Map<number, BookRequest>} */
  requests = new Map();
  /** @type {Map<number, Quota>} by creator */
  quotas = new Map();
  /** @type {Map<number, number>} by creator */
  pendingCounts = new Map();
  /** @type {Map<number, Creator>} */
  creators = new Map();
  /** @type {Map<number, Notification>} those that came while the page was open, or were loaded */
  notifications = new Map();
  unread = 0;
  /** Counts the snapshots; a list that was loaded under an older one must be loaded again. */
  generation = 0;
  /** Of the requests that are shown otherwise for a moment. @type {Map<number, BookRequest>} */
  #confirmed = new Map();
  #throttle = new FrameThrottle(() => this.dispatchEvent(new Event('change')));

  /** @param {ServerMessage} message */
  apply(message) {
    switch (message.type) {
      case 'initial_data':
        this.#replace(message);
        break;
      case 'book_request_update':
        this.#keepNewer(message.book_request);
        break;
      case 'followers_update':
        this.#setFollowers(message);
        break;
      case 'quota_update':
        this.quotas.set(message.quota.creator_id, message.quota);
        break;
      case 'pending_count_update':
        this.#keepPendingCount(message);
        break;
      case 'notification':
        this.#notify(message.notification);
        break;
      case 'creator_update':
        this.#keepCreator(message.creator);
        break;
      default:
        return;
    }
    this.#changed();
  }

  /** @param {BookRequest[]} requests from REST answers */
  keepRequests(requests) {
    for (const request of requests) this.#keepNewer(request);
    this.#changed();
  }

  /** Keeps more of a request's thread. @param {number} id @param {Reply[]} replies */
  keepReplies(id, replies) {
    for (const kept of [this.requests, this.#confirmed]) {
      const known = kept.get(id);
      if (known) kept.set(id, withRepliesOf(known, {...known, replies}));
    }
    this.#changed();
  }

  /** Shows a change before the server confirms it; server states received meanwhile are kept for {@link revertOptimistic}. @param {number} id @param {Partial<BookRequest>} change */
  applyOptimistic(id, change) {
    const confirmed = this.requests.get(id);
    if (!confirmed) return;
    this.#confirmed.set(id, confirmed);
    this.requests.set(id, {...confirmed, ...change});
    this.#changed();
  }

  /** Shows what is known of a request again. @param {number} id */
  revertOptimistic(id) {
    const confirmed = this.#confirmed.get(id);
    if (!confirmed) return;
    this.#confirmed.delete(id);
    this.requests.set(id, confirmed);
    this.#changed();
  }

  /** Something else has changed that views show. */
  touch() {
    this.#changed();
  }

  /** @param {Quota} quota */
  keepQuota({creator_id, allowed, used, remaining, period, days, resets_at}) {
    this.quotas.set(creator_id, {creator_id, allowed, used, remaining, period, days, resets_at});
    this.#changed();
  }

  /** @param {number} creatorId @param {number} count */
  keepPendingCount(creatorId, count) {
    this.pendingCounts.set(creatorId, count);
    this.#changed();
  }

  /** Everything was read again: what was loaded before may be old. */
  refreshed() {
    this.generation++;
    this.#changed();
  }

  /** @param {Creator} creator */
  keepCreator(creator) {
    this.#keepCreator(creator);
    this.#changed();
  }

  /** @param {Notification[]} notifications @param {boolean} complete whether there are no older ones */
  keepNotifications(notifications, complete) {
    for (const notification of notifications) this.notifications.set(notification.id, notification);
    if (complete) this.unread = [...this.notifications.values()].filter((one) => !one.read).length;
    this.#changed();
  }

  /** @param {number} count */
  keepUnread(count) {
    this.unread = count;
    this.#changed();
  }

  /** Marks as read here and in the other tabs. @param {number[]} ids */
  markRead(ids) {
    const unread = ids.filter((id) => this.notifications.has(id) && !this.notifications.get(id)?.read);
    this.applyRead(unread);
    this.dispatchEvent(new CustomEvent('read', {detail: unread}));
  }

  markAllRead() {
    this.applyRead(null);
    this.dispatchEvent(new CustomEvent('read', {detail: null}));
  }

  /** @param {number[] | null} ids null for all */
  applyRead(ids) {
    if (ids === null) return this.#applyAllRead();
    for (const id of ids) {
      const notification = this.notifications.get(id);
      if (notification?.read) continue;
      if (notification) this.notifications.set(id, {...notification, read: true});
      this.unread = Math.max(0, this.unread - 1);
    }
    this.#changed();
  }

  #applyAllRead() {
    for (const [id, notification] of this.notifications) this.notifications.set(id, {...notification, read: true});
    this.unread = 0;
    this.#changed();
  }

  /** @param {Me} me drops at once what this user may no longer see */
  restrictTo(me) {
    const administered = new Set(me.admin_of.map((one) => one.creator_id));
    const supported = new Set(me.memberships.map((one) => one.creator_id));
    const seen = (/** @type {number} */ creator) => administered.has(creator) || supported.has(creator);
    keepIf(this.requests, (request) => administered.has(request.creator_id) || request.user_id === me.user.id);
    keepIf(this.pendingCounts, (_, creator) => administered.has(creator));
    keepIf(this.quotas, (_, creator) => supported.has(creator));
    keepIf(this.creators, (_, creator) => seen(creator));
    this.#changed();
  }

  /** @returns {Notification[]} newest first */
  get newestNotifications() {
    return [...this.notifications.values()].sort((a, b) => b.id - a.id);
  }

  /** What a further tab of this user begins with: the same as a first one is given by the server. */
  snapshot() {
    const newest = [...this.requests.values()].sort((a, b) => b.id - a.id).slice(0, SNAPSHOT_SIZE);
    const confirmed = newest.map((request) => this.#confirmed.get(request.id) ?? request);
    return {
      book_requests: confirmed,
      quota: [...this.quotas.values()],
      pending_count: Object.fromEntries(this.pendingCounts),
      creators: [...this.creators.values()],
      unread_notifications: this.unread,
    };
  }

  /** @param {InitialData} data */
  #replace(data) {
    this.generation++;
    this.#confirmed.clear();
    this.requests = new Map(data.book_requests.map((request) => [request.id, request]));
    this.quotas = new Map(data.quota.map((quota) => [quota.creator_id, quota]));
    this.pendingCounts = new Map(Object.entries(data.pending_count).map(([creator, count]) => [Number(creator), count]));
    this.creators = new Map(data.creators.map((creator) => [creator.id, creator]));
    this.notifications = new Map();
    this.unread = data.unread_notifications;
  }

  /** @param {BookRequest} request */
  #keepNewer(request) {
    const kept = this.#confirmed.has(request.id) ? this.#confirmed : this.requests;
    const known = kept.get(request.id);
    const complete = withReplies(request, known);
    if (!known) kept.set(request.id, complete);
    else kept.set(request.id, isOlder(complete, known) ? withRepliesOf(known, complete) : withRepliesOf(complete, known));
  }

  /** The replaced system doesn't say whose count it is, which is clear to admins of one creator. @param {PendingCountUpdate} update */
  #keepPendingCount({creator_id, pending_count}) {
    const creators = creator_id === undefined ? [...this.pendingCounts.keys()] : [creator_id];
    if (creators.length === 1) this.pendingCounts.set(creators[0], pending_count);
  }

  /** @param {FollowersUpdate} update */
  #setFollowers({book_request_id, followers}) {
    for (const kept of [this.requests, this.#confirmed]) {
      const known = kept.get(book_request_id);
      if (known) kept.set(book_request_id, {...known, followers});
    }
  }

  /** @param {Creator} creator */
  #keepCreator(creator) {
    const known = this.creators.get(creator.id);
    if (!known || creator.version >= known.version) this.creators.set(creator.id, creator);
  }

  /** @param {Notification} notification one that was not counted yet, unless a loaded list held it as read */
  #notify(notification) {
    const known = this.notifications.get(notification.id);
    if (known) return;
    this.notifications.set(notification.id, {...notification, read: false});
    this.unread++;
  }

  #changed() {
    this.#throttle.request();
  }
}

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

const PROGRESS = {pending: 0, approved: 1, rejected: 2, completed: 2, cancelled: 2};

/** A request only moves forward: in its replies, in its status, in time. @param {BookRequest} one @param {BookRequest} other */
function isOlder(one, other) {
  const steps = [PROGRESS[one.status] - PROGRESS[other.status], replyCount(one) - replyCount(other), Date.parse(one.updated_at) - Date.parse(other.updated_at)];
  return (steps.find((step) => step !== 0) ?? 0) < 0;
}

/**
 * @template K, V
 * @param {Map<K, V>} map
 * @param {(value: V, key: K) => boolean} wanted
 */
function keepIf(map, wanted) {
  for (const [key, value] of map) if (!wanted(value, key)) map.delete(key);
}

/** Minimum time between two runs of one throttle, ms: faster than anybody reads, slow enough for a flood. */
const MIN_INTERVAL = 80;
/** A window that is covered draws no frames, though it counts as visible, ms. */
const FRAME_TIMEOUT = 200;

/**
 * Does one thing for many calls: the first call has it done with the next frame, and those that come meanwhile cost
 * nothing. A flood of calls has it done some ten times a second.
 */
export class FrameThrottle {
  #due = false;
  #last = -Infinity;

  /** @param {() => void} action @param {() => number} [now] ms */
  constructor(action, now = () => performance.now()) {
    this.action = action;
    this.now = now;
  }

  request() {
    if (this.#due) return;
    this.#due = true;
    const wait = this.#last + MIN_INTERVAL - this.now();
    if (wait > 0) setTimeout(() => this.#atNextFrame(), wait);
    else this.#atNextFrame();
  }

  #atNextFrame() {
    if (globalThis.document?.hidden !== false) return void setTimeout(() => this.#run());
    requestAnimationFrame(() => this.#run());
    setTimeout(() => this.#run(), FRAME_TIMEOUT);
  }

  #run() {
    if (!this.#due) return;
    this.#due = false;
    this.#last = this.now();
    this.action();
  }
}

/** How many replies a request has; what an older version has stored has the whole thread in it and no number. @param {BookRequest} request */
export function replyCount({replies, reply_count = replies.length}) {
  return Math.max(reply_count, replies.length);
}

/** A request that the replaced system has sent may come without its replies; then it says nothing of them. @param {BookRequest} request @param {BookRequest} [known] @returns {BookRequest} */
function withReplies(request, known) {
  if (request.replies) return request;
  return {...request, replies: known?.replies ?? [], reply_count: request.reply_count ?? (known ? replyCount(known) : 0)};
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
