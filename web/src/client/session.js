import {Drafts, forgetOtherUsers} from './drafts.js';
import {ApiError} from './http.js';
import {SendQueue} from './send-queue.js';
import {refreshQuotasAtPeriodEnd} from './quota-periods.js';
import {SharedClient} from './shared-client.js';
import {Store} from './store.js';

/**
 * @import {Api} from './api.js'
 * @import {ClientOptions} from './bookbell-client.js'
 * @import {QueuedItem, SentItem} from './send-queue.js'
 * @import {BookRequest, Me, Outcome, Reply, ServerMessage, Status} from './types.js'
 *
 * @typedef {object} AnswerContent a team's answer in the send queue
 * @property {number} creatorId
 * @property {number[]} ids of the requests
 * @property {{status: Status, response?: string}} answer
 * @property {Record<number, Status>} [from] the status that each request had when the answer was given
 * @property {number[]} [overtaken] those that somebody else has changed since; known once it is sent
 * @property {number[]} [answered] those that an earlier attempt has answered
 */

/** How long a list waits for the first snapshot before it loads without one, ms. */
const SNAPSHOT_TIMEOUT = 3_000;

/** Reloads what the user may see and applies it. @param {Session} session @returns {Promise<boolean>} whether it has changed */
export async function readAccess(session) {
  const me = await session.api.me();
  if (accessOf(me) === accessOf(session.me)) return false;
  session.adoptMe(me);
  return true;
}

/** The requests that an answer is sent for. @param {AnswerContent} content */
export function idsToSend({ids, overtaken = [], answered = []}) {
  return ids.filter((id) => !overtaken.includes(id) && !answered.includes(id));
}

/**
 * Has the server refuse what somebody else has answered meanwhile, also where this page does not know it yet.
 *
 * @param {AnswerContent} content @returns {Record<string, string>}
 */
export function expectedStatusHeader(content) {
  const [status, ...others] = new Set(idsToSend(content).map((id) => content.from?.[id]));
  return status && others.length === 0 ? {'Bookbell-Expected-Status': status} : {};
}

/**
 * Leaves out the requests that somebody else has changed since the answer was given, which is not to be undone. What is
 * left is another call then, so it leaves out those that an earlier attempt has answered, too. But if an attempt has
 * named the status that it expects, it's only repeated: the server looks itself, and answers a repeated call as it
 * answered the first.
 *
 * @param {Pick<QueuedItem, 'content' | 'callKey'>} item
 * @param {(id: number) => Status | undefined} statusOf undefined where it isn't known, for instance after a reload
 * @returns {AnswerContent}
 */
export function answerToSend({content, callKey}, statusOf) {
  if (callKey && 'Bookbell-Expected-Status' in expectedStatusHeader(content)) return content;
  const {ids, answer, from, overtaken: overtakenBefore = [], answered: answeredBefore = []} = /** @type {AnswerContent} */ (content);
  const isChanged = (/** @type {number} */ id) => Boolean(from?.[id] && statusOf(id) && statusOf(id) !== from[id]);
  const overtaken = ids.filter((id) => overtakenBefore.includes(id) || (isChanged(id) && statusOf(id) !== answer.status));
  const isAnswered = (/** @type {number} */ id) => answeredBefore.includes(id) || (isChanged(id) && statusOf(id) === answer.status);
  const answered = callKey && overtaken.length ? ids.filter((id) => isAnswered(id) && !overtaken.includes(id)) : [];
  return {...content, overtaken, answered};
}

/** What became of an answer: the server lists it for several requests, and returns the request for one. @param {AnswerContent} content @param {any} stored @returns {Outcome[]} */
function outcomesOf({overtaken = [], answered = []}, stored) {
  const told = stored.items ?? [{id: stored.id, result: 'answered', code: null, detail: null, book_request: stored}];
  return [
    ...told,
    ...answered.map((id) => ({id, result: 'answered', code: null, detail: null, book_request: null})),
    ...overtaken.map((id) => ({id, result: 'refused', code: 'invalid_transition', detail: null, book_request: null})),
  ];
}

/** @param {Me} me */
function accessOf({admin_of, memberships}) {
  return JSON.stringify([admin_of.map((one) => `${one.creator_id} ${one.role}`).sort(), memberships.map((one) => one.creator_id).sort()]);
}

/**
 * One signed-in user: the REST calls, the live connection, and the store that both fill. Ends with the sign-out;
 * nothing of it outlives its user.
 *
 * Events: `ended`; `refused` (detail: a team's answer and why; its words are a draft again); `resumed` (the connection was away); `access` (what the user may see has changed); `quota-period-changed` (the period of a quota is over); `message` (detail: a live message, already applied).
 */
export class Session extends EventTarget {
  store = new Store();
  /** What is still to be done before the user signs out. @type {(() => Promise<unknown>)[]} */
  beforeSignOut = [];

  /** @param {Api} api @param {Me} me @param {Omit<ClientOptions, 'userId' | 'sessionEnded'>} options */
  constructor(api, me, options) {
    super();
    this.api = api;
    this.me = me;
    this.client = new SharedClient({
      ...options,
      userId: me.user.id,
      sessionEnded: () => this.#hasEnded(),
      loadFallbacks: () => import('./fallback-transports.js'),
      snapshot: () => this.store.snapshot(),
    });
    forgetOtherUsers(me.user.id);
    this.drafts = new Drafts(me.user.id);
    this.sendQueue = new SendQueue({
      userId: me.user.id,
      send: (item) => this.#send(item),
      prepare: (item) => (item.kind === 'respond' ? answerToSend(item, (id) => this.store.requests.get(id)?.status) : item.content),
      isAway: () => this.#isAway(),
      restoreRefused: (item, error) => this.#restoreRefused(item, error),
    });
    this.store.addEventListener('read', (event) => this.client.share({read: /** @type {CustomEvent} */ (event).detail}));
    this.client.addEventListener('note', (event) => this.store.applyRead(/** @type {CustomEvent} */ (event).detail.read));
    this.sendQueue.addEventListener('change', () => this.store.touch());
    this.client.addEventListener('message', (event) => this.#received(/** @type {CustomEvent} */ (event).detail));
    this.client.addEventListener('state', (event) => {
      const {state, refused} = /** @type {CustomEvent} */ (event).detail;
      if (state === 'signed-out') this.end();
      if (state === 'live' || refused) this.sendQueue.flush();
    });
    refreshQuotasAtPeriodEnd(this);
    this.#pollWhereRefused();
    /** Fulfilled when the store holds a snapshot, or when none came in good time. @type {Promise<unknown>} */
    this.ready = Promise.race([
      new Promise((done) => this.client.addEventListener('message', done, {once: true})),
      new Promise((done) => setTimeout(done, SNAPSHOT_TIMEOUT)),
    ]);
  }

  /** Most pages have a WebSocket and never load what stands in for it. */
  #pollWhereRefused() {
    const load = async () => {
      if (!this.client.status.refused) return;
      this.client.removeEventListener('state', load);
      const module = await import('./rest-polling.js').catch(() => undefined);
      if (module) module.pollWhileRefused(this);
      else this.client.addEventListener('state', load);
    };
    this.client.addEventListener('state', load);
  }

  start() {
    this.api.http.userId = this.me.user.id;
    this.api.http.onSessionEnded = () => this.#endEverywhere();
    this.client.start();
  }

  end() {
    this.api.http.userId = undefined;
    this.api.http.onSessionEnded = () => {};
    this.client.stop();
    this.sendQueue.stop();
    this.dispatchEvent(new Event('ended'));
  }

  /** The session is over for good: what this browser holds of its user goes with it. */
  forget() {
    this.sendQueue.clear();
    this.drafts.clear();
    this.#endEverywhere();
  }

  #endEverywhere() {
    this.client.announceSignOut();
    this.end();
  }

  /** Reads again who this user is and starts from a fresh snapshot. */
  async reload() {
    const me = await this.api.me();
    this.client.refresh();
    this.adoptMe(me);
  }

  /** @param {Me} me what the user may see now */
  adoptMe(me) {
    this.me = me;
    this.store.restrictTo(me);
    this.dispatchEvent(new Event('access'));
  }

  /**
   * Whether the user may decide about somebody's requests and quota: the team may not about its own, unless the creator allows it.
   *
   * @param {number} creatorId @param {number} userId
   */
  mayDecideAbout(creatorId, userId) {
    const me = this.me.user.id;
    return userId !== me || creatorId === me || this.store.creators.get(creatorId)?.self_service === true;
  }

  /** @param {number} creatorId */
  readQuota = async (creatorId) => this.store.keepQuota(await this.api.quota(creatorId));

  /** Whether the user is the creator or on the team with a role that includes another. @param {number} creatorId @param {'people' | 'everything'} role */
  hasRole(creatorId, role) {
    const own = this.me.admin_of.find((one) => one.creator_id === creatorId);
    return own !== undefined && [null, 'everything', role].includes(own.role ?? null);
  }

  /** @param {number} creatorId */
  isAdminOf(creatorId) {
    return this.me.admin_of.some((one) => one.creator_id === creatorId);
  }

  /** @param {number} creatorId */
  isSupporterOf(creatorId) {
    return this.me.memberships.some((one) => one.creator_id === creatorId);
  }

  /** @param {number} creatorId @returns {string} */
  creatorName(creatorId) {
    const known = this.store.creators.get(creatorId)?.name;
    const named = [...this.me.admin_of, ...this.me.memberships].find((one) => one.creator_id === creatorId);
    return known ?? named?.creator_name ?? '';
  }

  /**
   * @param {{creator_id: number, title: string, author: string, isbn?: string, note?: string}} request @param {string} key
   * @returns {Promise<BookRequest | undefined>} undefined where it waits in the send queue
   */
  async ask(request, key) {
    if (!request.title || !request.author) return this.api.ask(request, {key}); // to be refused, with what is missing
    const after = Math.max(0, ...this.store.requests.keys());
    return /** @type {BookRequest | undefined} */ (await this.sendQueue.submit({kind: 'ask', key, content: request, after}));
  }

  /**
   * Sends an answer from the queue.
   *
   * @param {SentItem} item @returns {Promise<Outcome[]>}
   */
  async #sendAnswer({callKey, content}) {
    const {creatorId, answer} = content;
    const ids = idsToSend(content);
    const isForOne = content.ids.length === 1;
    const command = {key: callKey, headers: expectedStatusHeader(content)};
    let stored;
    if (isForOne && ids.length === 0) throw new ApiError(409, {code: 'invalid_transition'});
    if (isForOne) stored = await this.#reloadOnConflict(ids[0], this.api.respond(ids[0], answer, command));
    else stored = ids.length === 0 ? {items: []} : await this.api.respondToAll({creator_id: creatorId, ids, ...answer}, command);
    const outcomes = outcomesOf(content, stored);
    this.#show(() => this.#keepOutcomes(answer, outcomes));
    return outcomes;
  }

  /** Keeps what became of an answer: where it was refused, its words go into the request's own field. @param {{response?: string}} answer @param {Outcome[]} outcomes */
  #keepOutcomes({response}, outcomes) {
    this.store.keepRequests(outcomes.flatMap(({book_request}) => book_request ?? []));
    if (response) for (const {id, result} of outcomes) if (result === 'refused') this.drafts.restore(`answer-${id}`, 'response', response);
  }

  /** The words of an answer that was refused go back into their field. @param {QueuedItem} item @param {any} error */
  #restoreRefused({kind, content}, error) {
    if (kind !== 'respond') return false;
    const {creatorId, ids, answer} = content;
    const form = ids.length === 1 ? `answer-${ids[0]}` : `bulk-${creatorId}`;
    if (answer.response) this.drafts.restore(form, 'response', answer.response);
    this.dispatchEvent(new CustomEvent('refused', {detail: {content, error}}));
    return true;
  }

  /** Shown as done at once; taken back where it is refused. @param {number} id @param {string} key */
  async cancel(id, key) {
    this.store.applyOptimistic(id, {status: 'cancelled'});
    try {
      return this.#keepRequest(await this.#reloadOnConflict(id, this.api.cancel(id, {key})));
    } finally {
      this.store.revertOptimistic(id);
    }
  }

  /** @param {number} id @param {string} body @param {string} key @returns {Promise<Reply | undefined>} undefined where it waits in the send queue */
  async reply(id, body, key) {
    if (!body) return this.api.reply(id, body, {key});
    const after = Math.max(0, ...(this.store.requests.get(id)?.replies ?? []).map((one) => one.id));
    return /** @type {Reply | undefined} */ (await this.sendQueue.submit({kind: 'reply', key, content: {body}, requestId: id, after}));
  }

  /** Shows what the server has done; if that fails, it was done all the same. @param {() => void} show */
  #show(show) {
    try {
      show();
    } catch (error) {
      reportError(error);
    }
  }

  /** @param {SentItem} item */
  async #send(item) {
    const {kind, callKey: key, content, requestId} = item;
    if (kind === 'respond') return this.#sendAnswer(item);
    if (kind === 'ask') {
      const request = await this.api.ask(content, {key});
      this.#show(() => this.#keepRequest(request));
      return request;
    }
    const id = /** @type {number} */ (requestId);
    const reply = await this.api.reply(id, content.body, {key});
    const known = this.store.requests.get(id)?.replies.some((one) => one.id === reply.id);
    if (!known) await this.load(id).catch(() => {});
    return reply;
  }

  /** Whether the platform says that there is no network; what looks like one is tried. */
  #isAway() {
    return globalThis.navigator?.onLine === false;
  }

  /**
   * How many requests wait for an answer, without those whose answer waits to be sent.
   *
   * @param {number} creatorId
   * @returns {number | undefined} undefined where it isn't known
   */
  pendingCount(creatorId) {
    const count = this.store.pendingCounts.get(creatorId);
    if (count === undefined) return undefined;
    const answered = this.sendQueue.items
      .filter(({kind, content}) => kind === 'respond' && content.creatorId === creatorId)
      .flatMap(({content}) => idsToSend(content))
      .filter((id) => this.store.requests.get(id)?.status === 'pending');
    return Math.max(0, count - answered.length);
  }

  /** What waits to be sent and does not show as done yet. @param {'ask' | 'reply'} kind @returns {QueuedItem[]} */
  unsent(kind) {
    return this.sendQueue.items.filter((item) => item.kind === kind && !this.#hasArrived(item));
  }

  /** The live message may come before the answer. @param {QueuedItem} item */
  #hasArrived({kind, content, requestId, after}) {
    const mine = (/** @type {{id: number, user_id: number}} */ one) => one.id > after && one.user_id === this.me.user.id;
    if (kind === 'reply') return this.store.requests.get(requestId ?? 0)?.replies.some((one) => mine(one) && one.body === content.body) ?? false;
    return [...this.store.requests.values()].some(
      (one) => mine(one) && one.creator_id === content.creator_id && one.title === content.title && one.author === content.author,
    );
  }

  /** @param {number} id */
  async load(id) {
    return this.#keepRequest(await this.api.bookRequest(id));
  }

  /** @param {BookRequest} request */
  #keepRequest(request) {
    this.store.keepRequests([request]);
    return request;
  }

  /**
   * A refused step means that someone else was first: show what they did.
   * @template T
   * @param {number} id @param {Promise<T>} step @returns {Promise<T>}
   */
  async #reloadOnConflict(id, step) {
    try {
      return await step;
    } catch (error) {
      if (/** @type {any} */ (error).status === 409) await this.load(id).catch(() => {});
      throw error;
    }
  }

  /** Applies what was learnt by other means than the live connection. @param {any} message */
  applyMessage = (message) => this.#received(message);

  /** @param {ServerMessage} message */
  #received(message) {
    this.store.apply(message);
    if (message.type === 'resumed') this.dispatchEvent(new Event('resumed'));
    if (message.type === 'access_changed') this.reload().catch(() => this.client.refresh());
    if (message.type === 'initial_data' && this.store.generation > 1) readAccess(this).catch(() => {}); // what it stands for may be a change of access
    this.dispatchEvent(new CustomEvent('message', {detail: message}));
  }

  /** Fails where the server does not answer. */
  async #hasEnded() {
    try {
      await this.api.me();
      return false;
    } catch (error) {
      const {status} = /** @type {any} */ (error);
      if (status === 401) return true;
      if (status === 0 || status >= 500) throw error;
      return false;
    }
  }
}
