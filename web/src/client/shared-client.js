import {scopedName} from '../base-path.js';
import {BookbellClient} from './bookbell-client.js';
import {newKey} from './http.js';

/**
 * @import {ClientOptions, ConnectionStatus} from './bookbell-client.js'
 * @import {InitialData, ServerMessage} from './types.js'
 *
 * @typedef {{epoch: string, seq: number}} Position
 * @typedef {ClientOptions & {snapshot: () => Omit<InitialData, 'type' | 'epoch' | 'seq'>, locks?: LockManager}} SharedOptions
 * `snapshot`: what a tab that comes later begins with, as of the last message that was handed on; without `locks`
 * (a page that is not served over TLS has none) each tab has a connection of its own.
 */

/** So many numbered messages are kept for tabs that have missed some. */
const MAX_RECENT = 256;
/** All in ms. */
const STATE_REQUEST_INTERVAL = 20_000;
const LEADER_TIMEOUT = 4_000;

/**
 * One live connection per user and browser, shared by all tabs. The tab that holds the lock (the leader) has the socket
 * and forwards messages. When it closes, the next tab gets the lock and resumes from its own position. Every tab applies
 * each `(epoch, seq)` once, whichever tab it came from.
 *
 * Same events as {@link BookbellClient}, plus `note` for what another tab has shared.
 */
export class SharedClient extends EventTarget {
  #tab = newKey();
  #started = false;
  #online = true;
  #abort = new AbortController();
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** The connection, where this tab has it. @type {BookbellClient | null} */
  #ownClient = null;
  /** Gives the lead back. @type {() => void} */
  #releaseLead = () => {};
  /** @type {Position | null} */
  #position = null;
  /** @type {any[]} the last numbered messages, without a gap, up to the position */
  #recent = [];
  /** @type {ConnectionStatus} */
  #status = {state: 'connecting', retryAt: null};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #leaderTimer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #stateRequests;

  /** @param {SharedOptions} options */
  constructor({snapshot, locks = globalThis.navigator?.locks, ...options}) {
    super();
    this.options = options;
    this.snapshot = snapshot;
    /** @type {LockManager | undefined} */
    this.locks = locks;
    this.name = `${scopedName('bookbell.live')}.${options.userId}`;
  }

  get status() {
    return this.#status;
  }

  get position() {
    return this.#position;
  }

  /** Whether this tab has the connection: what is to be done once for all tabs is done by it. */
  get leads() {
    return this.#ownClient !== null;
  }

  /** Begins, or goes on from where it was stopped. */
  start() {
    if (this.#started) return;
    this.#started = true;
    this.#abort = new AbortController();
    if (!this.locks) return this.#startLeading();
    this.#channel = new BroadcastChannel(this.name);
    this.#channel.onmessage = ({data}) => this.#onTabMessage(data);
    this.#stateRequests = setInterval(() => this.#requestState(), STATE_REQUEST_INTERVAL);
    this.#queueForLead();
    this.#requestState();
  }

  /** Ends this tab's part; the others go on. */
  stop() {
    this.#started = false;
    this.#abort.abort();
    clearInterval(this.#stateRequests);
    this.#stepDown();
    this.#releaseLead();
    this.#channel?.close();
    this.#channel = null;
    this.#setStatus({state: 'offline', retryAt: null});
  }

  /** Says to all other tabs that the session is over. */
  announceSignOut() {
    this.#post({kind: 'state', status: {state: 'signed-out', retryAt: null}, position: null});
  }

  /** Sends a frame to the server; dropped if there is no connection. @param {object} frame */
  sendTransient(frame) {
    if (this.#ownClient) this.#ownClient.sendTransient(frame);
    else this.#post({kind: 'say', frame});
  }

  /** Tells the other tabs of something that only this one knows; they have it as a `note`. @param {object} note */
  share(note) {
    this.#post({kind: 'note', note});
  }

  /** Starts from a fresh snapshot. A tab that does not lead gets it with the leader's, who has the same reason. */
  refresh() {
    if (this.#ownClient) this.#ownClient.refresh();
    else this.#requestState();
  }

  /** The user came back or asks for it: a waiting connection tries at once, an open one makes sure that it is. */
  wake() {
    if (this.#ownClient) this.#ownClient.wake();
    else this.#requestState(true);
  }

  /** @param {boolean} online what the platform says of the network */
  networkChanged(online) {
    this.#online = online;
    if (this.#ownClient) this.#ownClient.networkChanged(online);
    else if (online) this.#requestState(true);
  }

  // Who leads

  async #queueForLead() {
    const {signal} = this.#abort;
    await this.#holdLock({signal});
    if (!signal.aborted && this.locks) this.#queueForLead();
  }

  /** A leader that does not answer hangs: the lead is taken from it, and it finds out when it wakes. */
  #takeOver() {
    if (this.#started && !this.#ownClient) this.#holdLock({steal: true});
  }

  /** @param {LockOptions} how */
  async #holdLock(how) {
    const ended = this.#abort.signal;
    try {
      await this.locks?.request(this.name, how, () => this.#leadUntilReleased());
    } catch (error) {
      if (/** @type {any} */ (error).name !== 'AbortError') return this.#leadAlone();
      // otherwise this tab has ended, or another has taken the lead
    }
    if (ended.aborted) return;
    this.#stepDown();
    this.#requestState();
  }

  /** @returns {Promise<void> | void} */
  #leadUntilReleased() {
    if (!this.#started) return;
    return new Promise((released) => {
      this.#releaseLead = released;
      this.#startLeading();
    });
  }

  /** Where the browser gives no locks after all. */
  #leadAlone() {
    this.locks = undefined;
    this.#channel?.close();
    this.#channel = null;
    if (this.#started && !this.#ownClient) this.#startLeading();
  }

  #startLeading() {
    this.#leaderAnswered();
    const client = new BookbellClient(this.options);
    this.#ownClient = client;
    client.addEventListener('message', (event) => client === this.#ownClient && this.#forwardMessage(/** @type {CustomEvent} */ (event).detail));
    client.addEventListener('state', (event) => client === this.#ownClient && this.#forwardStatus(/** @type {CustomEvent} */ (event).detail));
    client.networkChanged(this.#online);
    client.start(this.#position);
  }

  #stepDown() {
    const client = this.#ownClient;
    this.#ownClient = null;
    client?.stop();
    this.#leaderAnswered();
  }

  // What a leader does

  /** @param {any} message */
  #forwardMessage(message) {
    const position = /** @type {Position} */ (/** @type {BookbellClient} */ (this.#ownClient).position);
    this.#remember(position, message);
    this.#emitMessage(message);
    if (message.type !== 'resumed') this.#post({kind: 'message', epoch: position.epoch, message});
  }

  /** @param {ConnectionStatus} status */
  #forwardStatus(status) {
    this.#post({kind: 'state', status, position: this.#position});
    this.#setStatus(status);
  }

  /** @param {{from: string, since: Position | null}} call */
  #answerTab({from, since}) {
    this.#post({kind: 'answer', to: from, epoch: this.#position?.epoch, messages: this.#missedSince(since), status: this.#status});
  }

  /** @param {Position | null} since @returns {any[]} */
  #missedSince(since) {
    if (this.#position === null) return [];
    const {epoch, seq} = this.#position;
    if (since?.epoch === epoch) {
      if (since.seq >= seq) return [];
      if (this.#recent.length >= seq - since.seq) return this.#recent.slice(since.seq - seq);
    }
    return [{type: 'initial_data', epoch, seq, ...this.snapshot()}];
  }

  // What the others do

  /** Asks the leader for what this tab lacks, and whether it is there at all. @param {boolean} [wake] */
  #requestState(wake = false) {
    if (!this.#channel || this.#ownClient) return;
    this.#post({kind: 'call', from: this.#tab, since: this.#position, wake});
    this.#leaderTimer ??= setTimeout(() => {
      this.#leaderTimer = undefined;
      this.#takeOver();
    }, LEADER_TIMEOUT);
  }

  #leaderAnswered() {
    clearTimeout(this.#leaderTimer);
    this.#leaderTimer = undefined;
  }

  /** @param {any} tabMessage from another tab */
  #onTabMessage(tabMessage) {
    if (tabMessage.to !== undefined && tabMessage.to !== this.#tab) return;
    if (tabMessage.status?.state === 'signed-out') return this.#setStatus(tabMessage.status);
    if (tabMessage.kind === 'note') return void this.dispatchEvent(new CustomEvent('note', {detail: tabMessage.note}));
    if (this.#ownClient) return this.#onTabMessageAsLeader(tabMessage);
    switch (tabMessage.kind) {
      case 'message':
        return this.#applyFromLeader(tabMessage.epoch, tabMessage.message);
      case 'answer':
        this.#leaderAnswered();
        for (const message of tabMessage.messages) this.#applyFromLeader(tabMessage.epoch, message);
        return this.#setStatus(tabMessage.status);
      case 'state':
        return this.#isBehind(tabMessage.position) ? this.#requestState() : this.#setStatus(tabMessage.status);
    }
  }

  /** @param {any} tabMessage */
  #onTabMessageAsLeader(tabMessage) {
    if (tabMessage.kind === 'say') this.#ownClient?.sendTransient(tabMessage.frame);
    if (tabMessage.kind !== 'call') return;
    this.#answerTab(tabMessage);
    if (tabMessage.wake) this.#ownClient?.wake();
  }

  /** @param {Position | null} position the leader's */
  #isBehind(position) {
    if (position === null) return false;
    return this.#position?.epoch !== position.epoch || this.#position.seq < position.seq;
  }

  /** @param {string} epoch @param {any} message */
  #applyFromLeader(epoch, message) {
    const {seq, type} = message;
    const here = this.#position?.epoch === epoch ? this.#position.seq : null;
    if (type === 'initial_data') {
      if (here !== null && seq < here) return;
    } else if (here === null) {
      return this.#position ? this.#requestState() : undefined;
    } else if (seq !== undefined) {
      if (seq <= here) return;
      if (seq > here + 1) return this.#requestState();
    }
    this.#remember({epoch, seq: seq ?? /** @type {number} */ (here)}, message);
    this.#emitMessage(message);
  }

  // What all do

  /** @param {Position} position after this message @param {any} message */
  #remember(position, message) {
    if (message.type === 'initial_data') this.#recent = [];
    else if (position.seq !== this.#position?.seq) this.#recent = [...this.#recent, message].slice(-MAX_RECENT);
    this.#position = position;
  }

  /** @param {ServerMessage} message */
  #emitMessage(message) {
    this.dispatchEvent(new CustomEvent('message', {detail: message}));
  }

  /** @param {ConnectionStatus} status */
  #setStatus(status) {
    const {state, retryAt, refused, fallback} = this.#status;
    if (status.state === state && status.retryAt === retryAt && status.refused === refused && status.fallback === fallback) return;
    this.#status = status;
    this.dispatchEvent(new CustomEvent('state', {detail: status}));
  }

  /** @param {object} tabMessage */
  #post(tabMessage) {
    this.#channel?.postMessage(tabMessage);
  }
}
