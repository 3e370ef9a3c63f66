import {html, nothing} from 'lit';
import {newKey} from '../client/http.js';
import {LightElement} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {errorText, faultTexts} from '../ui/error-text.js';
import {formatNumber, translate} from '../words/translate.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {QueuedItem} from '../client/send-queue.js'
 * @import {BookRequest, Outcome, Status} from '../client/types.js'
 *
 * @typedef {{status: Status, response?: string}} Answer
 */

/** How long an answer can be taken back, ms. */
const UNDO_WINDOW = 5_000;
/** As many as the server takes at once. */
const MAX_BULK_SIZE = 100;

/** @type {WeakMap<Session, UndoableAnswers>} */
const answersBySession = new WeakMap();

/** @param {Session} session @returns {UndoableAnswers} the one of this session */
export function undoableAnswersOf(session) {
  const known = answersBySession.get(session);
  if (known) return known;
  const made = new UndoableAnswers(session);
  answersBySession.set(session, made);
  return made;
}

/**
 * The team's answers until the server has confirmed them. They wait in the session's send queue, which keeps them across
 * reloads and until the server is there. For a few seconds each can be taken back; then it is sent, or at once when the
 * page is hidden or left. The words of one that is refused go back into their field.
 *
 * Event: `change`.
 */
export class UndoableAnswers extends EventTarget {
  /** What became of an answer's parts that were sent, until all of them are. @type {Map<string, Outcome[]>} */
  #outcomes = new Map();

  /** @param {Session} session */
  constructor(session) {
    super();
    this.session = session;
    const ended = new AbortController();
    const {signal} = ended;
    const sendBeforeUnload = () => session.sendQueue.sendBeforeUnload(this.waiting.map(({key}) => key));
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && sendBeforeUnload(), {signal});
    addEventListener('pagehide', sendBeforeUnload, {signal});
    for (const event of ['online', 'offline']) addEventListener(event, () => this.#changed(), {signal});
    session.beforeSignOut.push(() => this.sendNow());
    session.sendQueue.addEventListener('change', () => this.#changed(), {signal});
    session.sendQueue.addEventListener('sent', (event) => this.#announceSent(/** @type {CustomEvent} */ (event).detail), {signal});
    session.addEventListener('refused', (event) => this.#announceRefused(/** @type {CustomEvent} */ (event).detail), {signal});
    session.addEventListener('ended', () => {
      ended.abort();
      this.#changed();
    });
    const bar = /** @type {UndoBar} */ (document.createElement('undo-bar'));
    bar.answers = this;
    document.body.append(bar);
  }

  /** @returns {QueuedItem[]} */
  get #items() {
    return this.session.sendQueue.items.filter(({kind}) => kind === 'respond');
  }

  /** Those that aren't being sent, newest last. */
  get waiting() {
    return this.#items.filter((item) => !this.session.sendQueue.isInFlight(item));
  }

  /** The newest answer, unless all of it is being sent: more than the server takes at once are several items. */
  get newest() {
    const {waiting} = this;
    const last = waiting.at(-1);
    return last ? waiting.filter((item) => stepOf(item) === stepOf(last)) : [];
  }

  /** What a request will be once its answer is sent; undefined where there is none. @param {number} id @returns {Status | undefined} */
  statusOf(id) {
    return this.#items.find(({content}) => content.ids.includes(id))?.content.answer.status;
  }

  /** @param {BookRequest[]} requests of one creator @param {Answer} answer */
  add(requests, answer) {
    const fresh = requests.filter(({id}) => !this.statusOf(id));
    if (fresh.length === 0) return;
    const [{creator_id, title, user_name}] = fresh;
    const step = fresh.length > MAX_BULK_SIZE ? newKey() : undefined;
    const size = Math.ceil(fresh.length / Math.ceil(fresh.length / MAX_BULK_SIZE)); // no part is one request
    for (let first = 0; first < fresh.length; first += size) {
      const part = fresh.slice(first, first + size);
      const from = Object.fromEntries(part.map(({id, status}) => [id, status]));
      const content = {creatorId: creator_id, ids: part.map(({id}) => id), answer, title, name: user_name, from, step};
      this.session.sendQueue.hold({kind: 'respond', key: newKey(), content, after: 0}, UNDO_WINDOW);
    }
    setTimeout(() => this.#changed(), UNDO_WINDOW + 100);
  }

  /** Takes back the newest answer, unless the server may have it already. */
  undo() {
    const items = this.newest;
    if (items.length === 0 || items.some(({callKey}) => callKey)) return;
    const {creatorId, ids, answer} = items[0].content;
    if (answer.response) this.session.drafts.restore(draftFor(ids.length === 1 ? ids[0] : -creatorId), 'response', answer.response);
    for (const {key} of items) this.session.sendQueue.remove(key);
  }

  /** Sends everything without waiting. */
  sendNow() {
    return this.session.sendQueue.release(this.waiting.map(({key}) => key));
  }

  /** What is written in answer to a request, or to many of a creator (its id below zero). @param {number} id */
  draftOf(id) {
    return this.session.drafts.of(draftFor(id)).response ?? '';
  }

  /** @param {number} id @param {string} text */
  keepDraft(id, text) {
    this.session.drafts.keep(draftFor(id), 'response', text);
  }

  /** @param {{item: Pick<QueuedItem, 'kind' | 'content'>, answer: Outcome[]}} sent */
  #announceSent({item: {kind, content}, answer: outcomes}) {
    if (kind !== 'respond') return;
    const {ids, answer, title, name} = content;
    if (ids.length === 1) return showToast(translate(`answer.told_${answer.status}`, {title, name}));
    this.#announceMany(content, outcomes);
  }

  /** What became of all parts of an answer to many, with the last of them. @param {any} content of a part @param {Outcome[]} part */
  #announceMany({ids, answer, step}, part) {
    const outcomes = [...(this.#outcomes.get(step) ?? []), ...part];
    const isLast = !step || !this.#items.some(({content}) => content.step === step && content.ids[0] !== ids[0]);
    if (!isLast) return this.#outcomes.set(step, outcomes);
    this.#outcomes.delete(step);
    const refused = outcomes.filter(({result}) => result === 'refused');
    const done = outcomes.length - refused.length;
    if (done) showToast(translate(`desk.bulk_${answer.status}`, {count: done}));
    if (refused.length === 1) showToast(this.#conflictText(refused[0].id) ?? refused[0].detail ?? '', 'plain');
    else if (refused.length) showToast(`${translate('desk.bulk_refused', {count: refused.length})} ${this.#statusesOf(refused)}`, 'plain');
  }

  /** @param {{content: any, error: any}} refusal */
  async #announceRefused({content, error}) {
    if (error.fields) await faultTexts();
    const {ids, answer, title, step} = content;
    const first = error.code === 'invalid_transition' && ids.length === 1 ? this.#conflictText(ids[0]) : undefined;
    const reason = error.code === 'too_old' ? translate('answer.too_old') : errorText(error);
    showToast(first ?? translate(answer.response ? 'answer.failed_kept' : 'answer.failed', {title, reason}), 'plain');
    if (step) this.#announceMany(content, []);
  }

  /** How many have which status by now, where that is known. @param {Outcome[]} outcomes */
  #statusesOf(outcomes) {
    /** @type {Map<Status, number>} */
    const counts = new Map();
    for (const {id} of outcomes) {
      const status = this.session.store.requests.get(id)?.status;
      if (status) counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    return [...counts].map(([status, count]) => `${translate(`status.${status}`)} (${formatNumber(count)})`).join(' · ');
  }

  /** @param {number} id */
  #conflictText(id) {
    const request = this.session.store.requests.get(id);
    const name = request?.status === 'cancelled' ? request.user_name : request?.responded_by_name;
    return request && name ? translate(`desk.first_${request.status}`, {name, title: request.title}) : undefined;
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** What an item is taken back with. @param {QueuedItem} item */
const stepOf = ({key, content}) => content.step ?? key;

/** @param {number} id */
function draftFor(id) {
  return id < 0 ? `bulk-${-id}` : `answer-${id}`;
}

/** @param {string} text @param {'good' | 'plain'} [tone] */
function showToast(text, tone = 'good') {
  document.dispatchEvent(new CustomEvent('toast', {detail: {text, tone}}));
}

/** What is about to be sent, and the button that takes it back. */
class UndoBar extends LightElement {
  constructor() {
    super();
    /** @type {UndoableAnswers} */
    this.answers = /** @type {any} */ (undefined);
    this.onChange = () => this.requestUpdate();
  }

  connectedCallback() {
    super.connectedCallback();
    this.answers.addEventListener('change', this.onChange);
    this.answers.session.addEventListener('ended', () => this.remove());
  }

  render() {
    const items = this.answers.newest;
    const item = items.at(-1);
    return html`<div class="undo-bar ${item ? '' : 'undo-bar--empty'}" role="status">
      ${
        item
          ? html`<span class="undo-bar__text" data-testid="undo-text">${this.#text(item, items)}</span>
            ${items.some(({callKey}) => callKey) ? nothing : html`<button type="button" class="button button--main" data-testid="undo" aria-keyshortcuts="z" @click=${this.#undo}>${icon('undo')} ${translate('desk.undo')}</button>`}
            ${this.answers.session.sendQueue.isAway() ? nothing : html`<button type="button" class="button button--quiet" data-testid="undo-send" @click=${() => this.answers.sendNow()}>${translate('desk.send_now')}</button>`}`
          : nothing
      }
    </div>`;
  }

  /** The focus goes with the button's request, if it is in the page. */
  async #undo() {
    const id = this.answers.newest[0]?.content.ids[0];
    this.answers.undo();
    await this.updateComplete;
    const card = /** @type {HTMLElement | null} */ (document.querySelector(`request-card[data-request-id="${id}"]`) ?? document.querySelector('#main'));
    if (document.activeElement === document.body) card?.focus();
  }

  /** @param {QueuedItem} item the newest @param {QueuedItem[]} items of the same step */
  #text({content: {answer, title}, until = 0}, items) {
    const count = items.reduce((sum, {content}) => sum + content.ids.length, 0);
    const text = count === 1 ? translate(`desk.will_${answer.status}`, {title}) : translate(`desk.will_all_${answer.status}`, {count});
    return until > Date.now() ? text : `${text} ${translate('unsent.waits')}.`;
  }
}

customElements.define('undo-bar', UndoBar);
