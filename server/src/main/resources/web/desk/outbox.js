import {BASE} from '../base.js';
import {html, nothing} from 'lit';
import {newKey} from '../client/http.js';
import {Element} from '../ui/element.js';
import {icon} from '../ui/icons.js';
import {say} from '../words/words.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {BookRequest, Status} from '../client/types.js'
 *
 * @typedef {{status: Status, response?: string}} Answer
 * @typedef {{creatorId: number, requests: BookRequest[], answer: Answer, key: string, timer: ReturnType<typeof setTimeout> | undefined, sent: boolean}} Letter
 */

/** How long an answer can be taken back, ms. */
const UNDO_WITHIN = 5_000;

/** @type {WeakMap<Session, Outbox>} */
const outboxes = new WeakMap();

/** @param {Session} session @returns {Outbox} the one of this session */
export function outboxOf(session) {
  const known = outboxes.get(session);
  if (known) return known;
  const made = new Outbox(session);
  outboxes.set(session, made);
  return made;
}

/**
 * Answers that can still be taken back. Each is sent after a few seconds, or at once when the page is hidden or left,
 * so that none is lost; the server does it once, whatever is repeated.
 *
 * Event: `change`.
 */
export class Outbox extends EventTarget {
  /** @type {Letter[]} */
  #letters = [];
  /** Words that are not sent yet, by request. @type {Map<number, string>} */
  drafts = new Map();

  /** @param {Session} session */
  constructor(session) {
    super();
    this.session = session;
    const leaving = () => void (document.visibilityState === 'hidden' && this.#sendAll(true));
    const left = () => void this.#sendAll(true);
    document.addEventListener('visibilitychange', leaving);
    addEventListener('pagehide', left);
    session.farewells.push(() => this.#sendAll(false));
    session.addEventListener('ended', () => {
      this.#letters.forEach(({timer}) => clearTimeout(timer));
      this.#letters = [];
      document.removeEventListener('visibilitychange', leaving);
      removeEventListener('pagehide', left);
      this.#changed();
    });
    const bar = /** @type {UndoBar} */ (document.createElement('undo-bar'));
    bar.outbox = this;
    document.body.append(bar);
  }

  /** Those that can still be taken back, newest last. */
  get waiting() {
    return this.#letters.filter(({sent}) => !sent);
  }

  /** What a request will be once its answer is sent; undefined where there is none. @param {number} id @returns {Status | undefined} */
  statusOf(id) {
    return this.#letters.find(({requests}) => requests.some((request) => request.id === id))?.answer.status;
  }

  /** How many answers are on their way that take requests of a creator from one status. @param {number} creatorId @param {Status} status */
  leaving(creatorId, status) {
    return this.#letters
      .filter((letter) => letter.creatorId === creatorId)
      .flatMap(({requests}) => requests)
      .filter(({id}) => this.session.store.requests.get(id)?.status === status).length;
  }

  /** @param {BookRequest[]} requests of one creator @param {Answer} answer */
  add(requests, answer) {
    const fresh = requests.filter(({id}) => !this.statusOf(id));
    if (fresh.length === 0) return;
    /** @type {Letter} */
    const letter = {creatorId: fresh[0].creator_id, requests: fresh, answer, key: newKey(), timer: undefined, sent: false};
    letter.timer = setTimeout(() => this.#send(letter, false), UNDO_WITHIN);
    this.#letters.push(letter);
    this.#changed();
  }

  /** Takes back the newest answer. */
  undo() {
    const letter = this.waiting.at(-1);
    if (!letter) return;
    clearTimeout(letter.timer);
    this.#letters = this.#letters.filter((one) => one !== letter);
    const word = letter.answer.response;
    if (word && letter.requests.length === 1) this.drafts.set(letter.requests[0].id, word);
    this.#changed();
  }

  /** Sends everything without waiting. */
  sendNow() {
    this.#sendAll(false);
  }

  /** @param {boolean} leaving whether the page may be gone before the answer comes */
  #sendAll(leaving) {
    return Promise.all(this.waiting.map((letter) => this.#send(letter, leaving)));
  }

  /** @param {Letter} letter @param {boolean} leaving */
  async #send(letter, leaving) {
    clearTimeout(letter.timer);
    letter.sent = true;
    this.#changed();
    try {
      await (letter.requests.length === 1 ? this.#one(letter, leaving) : this.#several(letter, leaving));
    } catch (error) {
      tell(/** @type {Error} */ (error).message, 'plain');
    } finally {
      this.#letters = this.#letters.filter((one) => one !== letter);
      this.#changed();
    }
  }

  /** @param {Letter} letter @param {boolean} leaving */
  async #one({requests: [request], answer, key}, leaving) {
    if (leaving) return void (await keepAlive(`/api/book-requests/${request.id}/respond`, answer, key));
    try {
      await this.session.respond(request.id, answer, key);
      tell(say(`answer.told_${answer.status}`, {title: request.title, name: request.user_name}));
    } catch (error) {
      if (/** @type {any} */ (error).code !== 'invalid_transition') throw error;
      tell(this.#whoWasFirst(request.id) ?? /** @type {Error} */ (error).message, 'plain');
    }
  }

  /** @param {Letter} letter @param {boolean} leaving */
  async #several({creatorId, requests, answer, key}, leaving) {
    const command = {creator_id: creatorId, ids: requests.map(({id}) => id), ...answer};
    if (leaving) return void (await keepAlive('/api/book-requests/respond', command, key));
    const {items} = await this.session.api.respondToAll(command, {key});
    this.session.store.keepRequests(items.flatMap(({book_request}) => book_request ?? []));
    const refused = items.filter(({result}) => result === 'refused');
    const done = items.length - refused.length;
    if (done) tell(say(`desk.bulk_${answer.status}`, {count: done}));
    if (refused.length === 1) tell(this.#whoWasFirst(refused[0].id) ?? refused[0].detail ?? '', 'plain');
    else if (refused.length) tell(say('desk.bulk_refused', {count: refused.length}), 'plain');
  }

  /** @param {number} id */
  #whoWasFirst(id) {
    const request = this.session.store.requests.get(id);
    const name = request?.status === 'cancelled' ? request.user_name : request?.responded_by_name;
    return request && name ? say(`desk.first_${request.status}`, {name, title: request.title}) : undefined;
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** Outlives the page. @param {string} path @param {object} body @param {string} key */
function keepAlive(path, body, key) {
  const headers = {'Content-Type': 'application/json', 'Idempotency-Key': key};
  return fetch(BASE + path, {method: 'POST', keepalive: true, headers, body: JSON.stringify(body), credentials: 'same-origin'});
}

/** @param {string} text @param {'good' | 'plain'} [tone] */
function tell(text, tone = 'good') {
  document.querySelector('bookbell-app')?.dispatchEvent(new CustomEvent('tell', {detail: {text, tone}}));
}

/** What is about to be sent, and the button that takes it back. */
class UndoBar extends Element {
  constructor() {
    super();
    /** @type {Outbox} */
    this.outbox = /** @type {any} */ (undefined);
    this.follow = () => this.requestUpdate();
  }

  connectedCallback() {
    super.connectedCallback();
    this.outbox.addEventListener('change', this.follow);
    this.outbox.session.addEventListener('ended', () => this.remove());
  }

  render() {
    const letter = this.outbox.waiting.at(-1);
    return html`<div class="undo-bar ${letter ? '' : 'undo-bar--empty'}" role="status">
      ${letter
        ? html`<span class="undo-bar__text" data-testid="undo-text">${this.#text(letter)}</span>
            <button type="button" class="button button--main" data-testid="undo" aria-keyshortcuts="z" @click=${() => this.outbox.undo()}>${icon('undo')} ${say('desk.undo')}</button>
            <button type="button" class="button button--quiet" data-testid="undo-send" @click=${() => this.outbox.sendNow()}>${say('desk.send_now')}</button>`
        : nothing}
    </div>`;
  }

  /** @param {Letter} letter */
  #text({requests, answer}) {
    const waiting = requests.length;
    return waiting === 1
      ? say(`desk.will_${answer.status}`, {title: requests[0].title})
      : say(`desk.will_all_${answer.status}`, {count: waiting});
  }
}

customElements.define('undo-bar', UndoBar);
