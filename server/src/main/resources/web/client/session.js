import {BookbellClient} from './bookbell-client.js';
import {Store} from './store.js';

/**
 * @import {Api} from './api.js'
 * @import {ClientOptions} from './bookbell-client.js'
 * @import {BookRequest, Me, ServerMessage, Status} from './types.js'
 */

/** How long a list waits for the first snapshot before it loads without one, ms. */
const PATIENCE = 1_500;

/**
 * One signed-in user: the REST calls, the live connection, and the store that both fill. Ends with the sign-out;
 * nothing of it outlives its user.
 *
 * Events: `ended`; `access` (what the user may see has changed); `message` (detail: a live message, already applied).
 */
export class Session extends EventTarget {
  store = new Store();
  /** What is still to be done before the user signs out. @type {(() => Promise<unknown>)[]} */
  farewells = [];

  /** @param {Api} api @param {Me} me @param {Omit<ClientOptions, 'userId' | 'sessionEnded'>} options */
  constructor(api, me, options) {
    super();
    this.api = api;
    this.me = me;
    this.client = new BookbellClient({...options, userId: me.user.id, sessionEnded: () => this.#hasEnded()});
    this.client.addEventListener('message', (event) => this.#received(/** @type {CustomEvent} */ (event).detail));
    this.client.addEventListener('state', (event) => {
      if (/** @type {CustomEvent} */ (event).detail.state === 'signed-out') this.end();
    });
    /** Fulfilled when the store holds a snapshot, or when none came in good time. @type {Promise<unknown>} */
    this.ready = Promise.race([
      new Promise((done) => this.client.addEventListener('message', done, {once: true})),
      new Promise((done) => setTimeout(done, PATIENCE)),
    ]);
  }

  start() {
    this.api.http.onSessionEnded = () => this.end();
    this.client.start();
  }

  end() {
    this.api.http.onSessionEnded = () => {};
    this.client.stop();
    this.dispatchEvent(new Event('ended'));
  }

  async signOut() {
    await Promise.allSettled(this.farewells.map((finish) => finish()));
    await this.api.signOut();
    this.end();
  }

  /** Reads again who this user is and starts from a fresh snapshot. */
  async reload() {
    this.me = await this.api.me();
    this.store.restrictTo(this.me);
    this.client.refresh();
    this.dispatchEvent(new Event('access'));
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

  /** @param {{creator_id: number, title: string, author: string, isbn?: string, note?: string}} request @param {string} key */
  async ask(request, key) {
    return this.#keep(await this.api.ask(request, {key}));
  }

  /** @param {number} id @param {{status: Status, response?: string}} answer @param {string} key */
  async respond(id, answer, key) {
    return this.#keep(await this.#orReload(id, this.api.respond(id, answer, {key})));
  }

  /** @param {number} id @param {string} key */
  async cancel(id, key) {
    return this.#keep(await this.#orReload(id, this.api.cancel(id, {key})));
  }

  /** @param {number} id @param {string} body @param {string} key */
  async reply(id, body, key) {
    const reply = await this.api.reply(id, body, {key});
    const known = this.store.requests.get(id)?.replies.some((one) => one.id === reply.id);
    if (!known) await this.load(id);
    return reply;
  }

  /** @param {number} id */
  async load(id) {
    return this.#keep(await this.api.bookRequest(id));
  }

  /** @param {BookRequest} request */
  #keep(request) {
    this.store.keepRequests([request]);
    return request;
  }

  /**
   * A refused step means that someone else was first: show what they did.
   * @template T
   * @param {number} id @param {Promise<T>} step @returns {Promise<T>}
   */
  async #orReload(id, step) {
    try {
      return await step;
    } catch (error) {
      if (/** @type {any} */ (error).status === 409) await this.load(id).catch(() => {});
      throw error;
    }
  }

  /** @param {ServerMessage} message */
  #received(message) {
    this.store.apply(message);
    if (message.type === 'access_changed') this.reload().catch(() => this.client.refresh());
    this.dispatchEvent(new CustomEvent('message', {detail: message}));
  }

  async #hasEnded() {
    try {
      await this.api.me();
      return false;
    } catch (error) {
      return /** @type {any} */ (error).status === 401;
    }
  }
}
