import {BASE} from '../base-path.js';
import {html, nothing} from 'lit';
import {newKey} from '../client/http.js';
import {Element} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {explain} from '../ui/error-text.js';
import {say} from '../words/translate.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {Parcel} from '../client/send-queue.js'
 * @import {BookRequest, Outcome, Status} from '../client/types.js'
 *
 * @typedef {{status: Status, response?: string}} Answer
 */

/** How long an answer can be taken back, ms. */
const UNDO_WITHIN = 5_000;
/** How long an answer that is sent while the page is left may take, ms. */
const LEAVING_TAKES = 10_000;

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
 * The team's answers until the server has confirmed them. They wait in the session's outbox, which keeps them across
 * reloads and until the server is there. For a few seconds each can be taken back; then it is sent, or at once when the
 * page is hidden or left. The words of one that is refused go back into their field.
 *
 * Event: `change`.
 */
export class Outbox extends EventTarget {
  /** @param {Session} session */
  constructor(session) {
    super();
    this.session = session;
    const ended = new AbortController();
    const {signal} = ended;
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && this.#sendLeaving(), {signal});
    addEventListener('pagehide', () => this.#sendLeaving(), {signal});
    session.farewells.push(() => this.sendNow());
    session.outbox.addEventListener('change', () => this.#changed(), {signal});
    session.outbox.addEventListener('sent', (event) => this.#tellSent(/** @type {CustomEvent} */ (event).detail), {signal});
    session.addEventListener('refused', (event) => this.#tellRefused(/** @type {CustomEvent} */ (event).detail), {signal});
    session.addEventListener('ended', () => {
      ended.abort();
      this.#changed();
    });
    const bar = /** @type {UndoBar} */ (document.createElement('undo-bar'));
    bar.outbox = this;
    document.body.append(bar);
  }

  /** @returns {Parcel[]} */
  get #letters() {
    return this.session.outbox.parcels.filter(({kind}) => kind === 'respond');
  }

  /** Those that can still be taken back, newest last. */
  get waiting() {
    return this.#letters.filter((letter) => !this.session.outbox.isUnderWay(letter));
  }

  /** What a request will be once its answer is sent; undefined where there is none. @param {number} id @returns {Status | undefined} */
  statusOf(id) {
    return this.#letters.find(({content}) => content.ids.includes(id))?.content.answer.status;
  }

  /** How many answers are on their way that take requests of a creator from one status. @param {number} creatorId @param {Status} status */
  leaving(creatorId, status) {
    return this.#letters
      .filter(({content}) => content.creatorId === creatorId)
      .flatMap(({content}) => content.ids)
      .filter((id) => this.session.store.requests.get(id)?.status === status).length;
  }

  /** @param {BookRequest[]} requests of one creator @param {Answer} answer */
  add(requests, answer) {
    const fresh = requests.filter(({id}) => !this.statusOf(id));
    if (fresh.length === 0) return;
    const [{creator_id, title, user_name}] = fresh;
    const content = {creatorId: creator_id, ids: fresh.map(({id}) => id), answer, title, name: user_name};
    this.session.outbox.hold({kind: 'respond', key: newKey(), content, after: 0}, UNDO_WITHIN);
    setTimeout(() => this.#changed(), UNDO_WITHIN + 100);
  }

  /** Takes back the newest answer. */
  undo() {
    const letter = this.waiting.at(-1);
    if (!letter) return;
    const {creatorId, ids, answer} = letter.content;
    if (answer.response) this.keepWord(ids.length === 1 ? ids[0] : -creatorId, answer.response);
    this.session.outbox.remove(letter.key);
  }

  /** Sends everything without waiting. */
  sendNow() {
    return this.session.outbox.release(this.waiting.map(({key}) => key));
  }

  /** What is written in answer to a request, or to many of a creator (its id below zero). @param {number} id */
  wordOf(id) {
    return this.session.drafts.of(draftFor(id)).response ?? '';
  }

  /** @param {number} id @param {string} text */
  keepWord(id, text) {
    this.session.drafts.keep(draftFor(id), 'response', text);
  }

  /** The page may be gone before the answer comes: then it is sent again when the page is next opened, and done once. */
  #sendLeaving() {
    const letters = this.waiting;
    if (letters.length === 0) return;
    this.session.outbox.release(letters.map(({key}) => key), LEAVING_TAKES);
    for (const {key, content} of letters) {
      const {creatorId, ids, answer} = content;
      const sent = ids.length === 1 ? keepAlive(`/api/book-requests/${ids[0]}/respond`, answer, key) : keepAlive('/api/book-requests/respond', {creator_id: creatorId, ids, ...answer}, key);
      sent.then(
        ({ok}) => (ok ? this.session.outbox.remove(key) : this.session.outbox.release([key])),
        () => this.session.outbox.release([key]),
      );
    }
  }

  /** @param {{parcel: Parcel, answer: Outcome[]}} sent */
  #tellSent({parcel: {kind, content}, answer: items}) {
    if (kind !== 'respond') return;
    const {ids, answer, title, name} = content;
    if (ids.length === 1) return tell(say(`answer.told_${answer.status}`, {title, name}));
    const refused = items.filter(({result}) => result === 'refused');
    const done = items.length - refused.length;
    if (done) tell(say(`desk.bulk_${answer.status}`, {count: done}));
    if (refused.length === 1) tell(this.#whoWasFirst(refused[0].id) ?? refused[0].detail ?? '', 'plain');
    else if (refused.length) tell(say('desk.bulk_refused', {count: refused.length}), 'plain');
  }

  /** @param {{content: any, error: any}} refusal */
  #tellRefused({content: {ids, answer, title}, error}) {
    const first = error.code === 'invalid_transition' && ids.length === 1 ? this.#whoWasFirst(ids[0]) : undefined;
    const reason = error.code === 'too_old' ? say('answer.too_old') : explain(error);
    tell(first ?? say(answer.response ? 'answer.failed_kept' : 'answer.failed', {title, reason}), 'plain');
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

/** @param {number} id */
function draftFor(id) {
  return id < 0 ? `bulk-${-id}` : `answer-${id}`;
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

  /** @param {Parcel} letter */
  #text({content: {ids, answer, title}, until = 0}) {
    const text = ids.length === 1 ? say(`desk.will_${answer.status}`, {title}) : say(`desk.will_all_${answer.status}`, {count: ids.length});
    return until > Date.now() ? text : `${text} ${say('unsent.waits')}.`;
  }
}

customElements.define('undo-bar', UndoBar);
