import {ownName} from '../base-path.js';
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
const KEPT = 256;
/** All in ms. */
const ROLL_CALL_EVERY = 20_000;
const ANSWER_WITHIN = 4_000;

/**
 * A user's live connection, one for all tabs of the browser: the tab that holds the lock leads, has the socket, and
 * tells the others what comes. When it goes, the browser gives the lock to the next, which resumes where it stands
 * itself. Every tab keeps its own position and applies each `(epoch, seq)` once, whoever told it.
 *
 * To a page it is what {@link BookbellClient} is, with the same events, and `note` for what another tab has shared.
 */
export class SharedClient extends EventTarget {
  #tab = newKey();
  #started = false;
  #networkThere = true;
  #ended = new AbortController();
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** The connection, where this tab has it. @type {BookbellClient | null} */
  #led = null;
  /** Gives the lead back. @type {() => void} */
  #release = () => {};
  /** @type {Position | null} */
  #position = null;
  /** @type {any[]} the last numbered messages, without a gap, up to the position */
  #recent = [];
  /** @type {ConnectionStatus} */
  #status = {state: 'connecting', retryAt: null};
  /** Tabs that came before this one had anything to give. @type {Set<string>} */
  #waiting = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #overdue;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #rollCall;

  /** @param {SharedOptions} options */
  constructor({snapshot, locks = globalThis.navigator?.locks, ...options}) {
    super();
    this.options = options;
    this.snapshot = snapshot;
    this.locks = locks;
    this.name = `${ownName('bookbell.live')}.${options.userId}`;
  }

  get status() {
    return this.#status;
  }

  get position() {
    return this.#position;
  }

  /** Whether this tab has the connection: what is to be done once for all tabs is done by it. */
  get leads() {
    return this.#led !== null;
  }

  /** Begins, or goes on from where it was stopped. */
  start() {
    if (this.#started) return;
    this.#started = true;
    this.#ended = new AbortController();
    if (!this.locks) return this.#lead();
    this.#channel = new BroadcastChannel(this.name);
    this.#channel.onmessage = ({data}) => this.#heard(data);
    this.#rollCall = setInterval(() => this.#callRoll(), ROLL_CALL_EVERY);
    this.#queue();
    this.#callRoll();
  }

  /** Ends this tab's part; the others go on. */
  stop() {
    this.#started = false;
    this.#ended.abort();
    clearInterval(this.#rollCall);
    this.#stepDown();
    this.#release();
    this.#channel?.close();
    this.#channel = null;
    this.#show({state: 'offline', retryAt: null});
  }

  /** Says to all other tabs that the session is over. */
  signedOut() {
    this.#post({kind: 'state', status: {state: 'signed-out', retryAt: null}, position: null});
  }

  /** Says something to the server in passing. @param {object} frame */
  say(frame) {
    if (this.#led) this.#led.say(frame);
    else this.#post({kind: 'say', frame});
  }

  /** Tells the other tabs of something that only this one knows; they have it as a `note`. @param {object} note */
  share(note) {
    this.#post({kind: 'note', note});
  }

  /** Starts from a fresh snapshot. A tab that does not lead gets it with the leader's, who has the same reason. */
  refresh() {
    if (this.#led) this.#led.refresh();
    else this.#callRoll();
  }

  /** The user came back or asks for it: a waiting connection tries at once, an open one makes sure that it is. */
  wake() {
    if (this.#led) this.#led.wake();
    else this.#callRoll(true);
  }

  /** @param {boolean} there what the platform says of the network */
  networkChanged(there) {
    this.#networkThere = there;
    if (this.#led) this.#led.networkChanged(there);
    else if (there) this.#callRoll(true);
  }

  // Who leads

  async #queue() {
    const {signal} = this.#ended;
    await this.#hold({signal});
    if (!signal.aborted && this.locks) this.#queue();
  }

  /** A leader that does not answer hangs: the lead is taken from it, and it finds out when it wakes. */
  #takeOver() {
    if (this.#started && !this.#led) this.#hold({steal: true});
  }

  /** @param {LockOptions} how */
  async #hold(how) {
    const ended = this.#ended.signal;
    try {
      await this.locks?.request(this.name, how, () => this.#leadUntilReleased());
    } catch (error) {
      if (/** @type {any} */ (error).name !== 'AbortError') return this.#leadAlone();
      // otherwise this tab has ended, or another has taken the lead
    }
    if (ended.aborted) return;
    this.#stepDown();
    this.#callRoll();
  }

  /** @returns {Promise<void> | void} */
  #leadUntilReleased() {
    if (!this.#started) return;
    return new Promise((released) => {
      this.#release = released;
      this.#lead();
    });
  }

  /** Where the browser gives no locks after all. */
  #leadAlone() {
    this.locks = undefined;
    this.#channel?.close();
    this.#channel = null;
    if (this.#started && !this.#led) this.#lead();
  }

  #lead() {
    this.#answered();
    const client = new BookbellClient(this.options);
    this.#led = client;
    client.addEventListener('message', (event) => client === this.#led && this.#handOn(/** @type {CustomEvent} */ (event).detail));
    client.addEventListener('state', (event) => client === this.#led && this.#enter(/** @type {CustomEvent} */ (event).detail));
    client.networkChanged(this.#networkThere);
    client.start(this.#position);
  }

  #stepDown() {
    const client = this.#led;
    this.#led = null;
    client?.stop();
    this.#answered();
  }

  // What a leader does

  /** @param {any} message */
  #handOn(message) {
    const position = /** @type {Position} */ (/** @type {BookbellClient} */ (this.#led).position);
    this.#keep(position, message);
    this.#tell(message);
    if (message.type !== 'resumed') this.#post({kind: 'message', epoch: position.epoch, message});
    for (const tab of this.#waiting) this.#answer({from: tab, since: null});
  }

  /** @param {ConnectionStatus} status */
  #enter(status) {
    this.#post({kind: 'state', status, position: this.#position});
    this.#show(status);
  }

  /** @param {{from: string, since: Position | null}} call */
  #answer({from, since}) {
    if (this.#position === null) this.#waiting.add(from);
    else this.#waiting.delete(from);
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
  #callRoll(wake = false) {
    if (!this.#channel || this.#led) return;
    this.#post({kind: 'call', from: this.#tab, since: this.#position, wake});
    this.#overdue ??= setTimeout(() => {
      this.#overdue = undefined;
      this.#takeOver();
    }, ANSWER_WITHIN);
  }

  #answered() {
    clearTimeout(this.#overdue);
    this.#overdue = undefined;
  }

  /** @param {any} said by another tab */
  #heard(said) {
    if (said.to !== undefined && said.to !== this.#tab) return;
    if (said.status?.state === 'signed-out') return this.#show(said.status);
    if (said.kind === 'note') return void this.dispatchEvent(new CustomEvent('note', {detail: said.note}));
    if (this.#led) return this.#heardAsLeader(said);
    switch (said.kind) {
      case 'message':
        return this.#take(said.epoch, said.message);
      case 'answer':
        this.#answered();
        for (const message of said.messages) this.#take(said.epoch, message);
        return this.#show(said.status);
      case 'state':
        return this.#isBehind(said.position) ? this.#callRoll() : this.#show(said.status);
    }
  }

  /** @param {any} said */
  #heardAsLeader(said) {
    if (said.kind === 'say') this.#led?.say(said.frame);
    if (said.kind !== 'call') return;
    this.#answer(said);
    if (said.wake) this.#led?.wake();
  }

  /** @param {Position | null} position the leader's */
  #isBehind(position) {
    if (position === null) return false;
    return this.#position?.epoch !== position.epoch || this.#position.seq < position.seq;
  }

  /** @param {string} epoch @param {any} message */
  #take(epoch, message) {
    const {seq, type} = message;
    const here = this.#position?.epoch === epoch ? this.#position.seq : null;
    if (type === 'initial_data') {
      if (here !== null && seq < here) return;
    } else if (here === null) {
      return this.#position ? this.#callRoll() : undefined;
    } else if (seq !== undefined) {
      if (seq <= here) return;
      if (seq > here + 1) return this.#callRoll();
    }
    this.#keep({epoch, seq: seq ?? /** @type {number} */ (here)}, message);
    this.#tell(message);
  }

  // What all do

  /** @param {Position} position after this message @param {any} message */
  #keep(position, message) {
    if (message.type === 'initial_data') this.#recent = [];
    else if (position.seq !== this.#position?.seq) this.#recent = [...this.#recent, message].slice(-KEPT);
    this.#position = position;
  }

  /** @param {ServerMessage} message */
  #tell(message) {
    this.dispatchEvent(new CustomEvent('message', {detail: message}));
  }

  /** @param {ConnectionStatus} status */
  #show(status) {
    const {state, retryAt, refused} = this.#status;
    if (status.state === state && status.retryAt === retryAt && status.refused === refused) return;
    this.#status = status;
    this.dispatchEvent(new CustomEvent('state', {detail: status}));
  }

  /** @param {object} said */
  #post(said) {
    this.#channel?.postMessage(said);
  }
}
