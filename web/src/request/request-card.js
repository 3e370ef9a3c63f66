import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {replyCount} from '../client/store.js';
import {LightElement, lazyModule, required, liveRegion} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {currentPeriod} from '../quota/quota-text.js';
import {FormSubmission} from '../ui/form-submission.js';
import {errorText} from '../ui/error-text.js';
import {monthInWords, monthOf} from '../words/time-text.js';
import {isRemoved, translateMarkup, personName, translate} from '../words/translate.js';
import {statusBadge} from '../ui/status-badge.js';
import '../notification/unread-mark.js';
import '../ui/confirm-button.js';
import '../ui/time-ago.js';
import '../ui/book-cover.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {AnswerForm} from '../answer/answer-form.js'
 * @import {BookRequest} from '../client/types.js'
 */

const loadAnswerForm = lazyModule(() => import('../answer/answer-form.js'));
const loadDetails = lazyModule(() => import('./request-details.js'));

/** How long a mouse that has stopped still counts as pointing at a card, ms. */
const POINTER_TIMEOUT = 2_000;

/**
 * One request, as its supporter or an admin sees it. Emits `engaged` (detail: `{id, engaged}`) while someone is in
 * the middle of something here, so that a list does not take the card away under their hands.
 */
export class RequestCard extends LightElement {
  static properties = {
    session: {attribute: false},
    request: {attribute: false},
    open: {type: Boolean},
    own: {attribute: false},
    place: {attribute: false},
    places: {attribute: false},
    selectable: {attribute: false},
    selected: {attribute: false},
    colleague: {attribute: false},
    conflict: {state: true},
    touched: {state: true},
  };

  #cancelling = new FormSubmission(this);
  /** What keeps this card in its list. @type {Set<string>} */
  #engagedBy = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pointerTimer;
  /** The list that it is in. @type {Element | null} */
  #feed = null;

  constructor() {
    super();
    /** @type {Session} */
    this.session = required();
    /** @type {BookRequest} */
    this.request = required();
    /** Whether the thread is open. */
    this.open = false;
    /** Shown as the supporter's own, even to one who could answer it too. */
    this.own = false;
    /** Its place in a feed, from 1; 0 for a card that is in none. */
    this.place = 0;
    this.places = -1;
    this.selectable = false;
    this.selected = false;
    /** Who else is answering it just now. */
    this.colleague = '';
    this.conflict = '';
    this.touched = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#feed = this.closest('.feed');
  }

  /** @param {Map<string, any>} changed */
  willUpdate(changed) {
    const {id, status, title} = this.request;
    if (this.open) loadDetails();
    if (this.#asAdmin) loadAnswerForm();
    this.dataset.testid = 'request-card';
    this.dataset.requestId = String(id);
    this.dataset.status = status;
    this.tabIndex = -1;
    this.role = this.place ? 'article' : 'group';
    if (this.place) {
      this.setAttribute('aria-posinset', String(this.place));
      this.setAttribute('aria-setsize', String(this.places));
    }
    this.setAttribute('aria-label', `${title}: ${translate(`status.${status}`)}`);
    const before = /** @type {BookRequest | undefined} */ (changed.get('request'));
    if (before?.id !== id) return;
    this.touched ||= before.status !== status || replyCount(before) !== replyCount(this.request);
    if (before.status !== status && this.#engagedBy.size > 0 && this.#asAdmin) this.#explainConflict();
  }

  get #mine() {
    return this.request.user_id === this.session.me.user.id;
  }

  get #asAdmin() {
    return !this.own && this.session.isAdminOf(this.request.creator_id);
  }

  render() {
    const {id, title, author, note, cover_id} = this.request;
    return html`
      <article class="request ${this.selected ? 'request--selected' : ''} ${this.touched ? 'request--touched' : ''}" @animationend=${() => (this.touched = false)} @answered=${this.#onAnswered}
        @pointermove=${this.#onPointer}>
        <book-cover class="request__cover" .title=${title} .author=${author} .coverId=${cover_id}></book-cover>
        <div class="request__body">
          <header class="request__head">
            <h2 class="request__title">${this.#unreadMark()}<a href="${BASE_PATH}/requests/${id}" data-testid="request-title"><bdi>${title}</bdi></a></h2>
            ${statusBadge(this.request.status)} ${this.#selector()}
          </header>
          <p class="request__author"><bdi data-testid="request-author">${author}</bdi></p>
          ${this.#facts()}
          ${note ? html`<p class="request__note" dir="auto" data-testid="request-note">${note}</p>` : nothing}
          ${this.#response()}
        </div>
        <div class="request__foot">
          ${this.#conflictNote()} ${this.#colleagueNote()}
          <div class="request__actions">${this.#actions()} ${this.#threadToggle()}</div>
          ${this.open && this.#asAdmin ? html`<request-receipt .session=${this.session} .request=${this.request}></request-receipt>` : nothing}
          ${this.open && this.#mine && !this.#asAdmin ? html`<request-seen .session=${this.session} .request=${this.request}></request-seen>` : nothing}
          ${this.open ? html`<request-thread .session=${this.session} .request=${this.request} @drafting=${this.#onDrafting}></request-thread>` : nothing}
        </div>
      </article>
    `;
  }

  /** Who answers requests has the inbox for what is new. */
  #unreadMark() {
    if (this.#asAdmin) return nothing;
    return html`<unread-mark .session=${this.session} .requestId=${this.request.id} .seen=${this.open}></unread-mark>`;
  }

  #selector() {
    const {title, creator_id, user_id} = this.request;
    if (!this.selectable || !this.session.mayDecideAbout(creator_id, user_id)) return nothing;
    return html`<input type="checkbox" class="request__select" aria-label=${translate('desk.select', {title})} data-testid="request-select" .checked=${this.selected}
      @click=${this.#onSelect} />`;
  }

  /** A range only adds: one that is selected already stays ticked. @param {MouseEvent} event */
  #onSelect({target, shiftKey}) {
    if (shiftKey) /** @type {HTMLInputElement} */ (target).checked = true;
    this.emit('toggled', {id: this.request.id, range: shiftKey});
  }

  #colleagueNote() {
    const note = html`<p class="request__colleague" data-testid="request-colleague">${icon('people')} ${translate('desk.answering', {name: this.colleague})}</p>`;
    return liveRegion('status', this.colleague ? note : nothing);
  }

  async #showSupporter() {
    const {showSupporter} = await import('../supporter/supporter-drawer.js');
    showSupporter(this.session, this.request.creator_id, this.request.user_id);
  }

  /** Of a removed account, there is nothing more to show. @param {string} name */
  #supporter(name) {
    return isRemoved(name)
      ? html`<span class="request__who" data-testid="request-removed">${personName(name)}</span>`
      : html`<button type="button" class="request__who" data-testid="request-supporter" @click=${this.#showSupporter}>${name}</button>`;
  }

  #facts() {
    const {user_name, created_at, isbn, followers} = this.request;
    return html`<p class="request__facts">
      ${this.#asAdmin ? this.#supporter(user_name) : nothing}
      <span>${translateMarkup('request.asked', {time: html`<time-ago .time=${created_at}></time-ago>`})}</span>
      ${followers ? html`<span data-testid="request-followers">${translate('follow.others', {count: followers})}</span>` : nothing}
      ${isbn ? html`<span data-testid="request-isbn">${translate('request.isbn', {isbn})}</span>` : nothing}
    </p>`;
  }

  #response() {
    const {status, response, responded_by, responded_by_name, updated_at, replies, refunded} = this.request;
    if (status === 'cancelled')
      return html`<p class="request__outcome">${translate(this.#mine ? 'request.withdrawn_mine' : 'request.withdrawn')}${refunded && this.#mine ? ` ${this.#refund()}` : nothing}</p>`;
    if (!responded_by) return nothing;
    const lastReply = replies.at(-1)?.created_at ?? '';
    const name =
      responded_by === this.session.me.user.id ? translate('request.you') : personName(responded_by_name) || this.session.creatorName(this.request.creator_id);
    const who = html`<bdi data-testid="request-responder">${name}</bdi>`;
    return html`<div class="answer answer--${status}" data-testid="request-answer">
      ${response ? html`<p class="answer__text" dir="auto" data-testid="request-response">${response}</p>` : nothing}
      <p class="answer__who">
        ${translateMarkup(`request.answered_${status}`, {who})}
        ${updated_at > lastReply ? html` · <time-ago .time=${updated_at}></time-ago>` : nothing}${refunded && this.#mine ? ` · ${this.#refund()}` : nothing}
      </p>
    </div>`;
  }

  /** What came back, truthfully: to a month that is over it is of no use. */
  #refund() {
    const quota = this.session.store.quotas.get(this.request.creator_id);
    const month = monthOf(this.request.created_at, this.session.store.creators.get(this.request.creator_id)?.time_zone);
    const over = quota?.period === 'month' && month !== currentPeriod(quota);
    return over ? translate('request.refunded_over', {month: monthInWords(month)}) : translate('request.refunded');
  }

  #conflictNote() {
    const note = () => html`<div class="notice notice--kind" data-testid="request-conflict">
      <p>${this.conflict}</p>
      <button type="button" class="button button--quiet" data-testid="request-conflict-dismiss" @click=${() => this.#setConflict('')}>${translate('request.understood')}</button>
    </div>`;
    return liveRegion('status', this.conflict ? note() : nothing);
  }

  #actions() {
    if (this.#asAdmin)
      return html`<answer-form .session=${this.session} .request=${this.request} .held=${this.conflict !== ''} @drafting=${this.#onDrafting}></answer-form>`;
    if (!this.#mine || this.request.status !== 'pending') return nothing;
    return html`<confirm-button testid="request-cancel" label=${translate('request.withdraw')} question=${translate('request.withdraw_sure')} yes=${translate('request.withdraw')} ?disabled=${this.#cancelling.busy}
      @confirmed=${this.#cancel}></confirm-button>`;
  }

  #threadToggle() {
    const count = replyCount(this.request);
    const draft = !this.open && this.session.drafts.of(`reply-${this.request.id}`).body;
    const label = draft ? translate('request.reply_draft') : count ? translate('request.replies', {count}) : translate('request.reply');
    return html`<button type="button" class="button button--quiet" data-testid="thread-toggle" aria-expanded=${this.open} @click=${this.#toggle}>${icon('reply')} ${label}</button>`;
  }

  #toggle() {
    this.open = !this.open;
    this.#setEngaged('thread', this.open);
    this.emit('thread', {id: this.request.id, open: this.open});
  }

  // ---- what keys do

  toggleThread() {
    if (!this.open) this.#form?.startAnswering?.();
    this.#toggle();
  }

  get #form() {
    return /** @type {AnswerForm | null} */ (this.querySelector('answer-form'));
  }

  /** Says yes, whatever that means by now. */
  approve() {
    this.#form?.answer?.(this.request.status === 'approved' ? 'completed' : 'approved');
  }

  decline() {
    this.#form?.decline?.();
  }

  async #cancel() {
    const done = await this.#cancelling.run((key) => this.session.cancel(this.request.id, key), this.request.id);
    if (done) this.showToast(translate('request.withdrawn_told', {title: this.request.title}));
    else this.#showError(this.#cancelling.error);
    if (document.activeElement === document.body) this.focus(); // the button is gone
  }

  /** A refusal; where someone else was first, the store already holds what they did. @param {any} error */
  #showError(error) {
    if (error?.code === 'invalid_transition') this.#explainConflict();
    if (!this.conflict) this.#setConflict(error ? errorText(error) : '');
  }

  /** Says it where another has decided this request meanwhile. */
  #explainConflict() {
    const {status, responded_by, responded_by_name, user_id, user_name} = this.request;
    const [id, name] = status === 'cancelled' ? [user_id, user_name] : [responded_by, responded_by_name];
    if (!name || id === this.session.me.user.id) return;
    this.#setConflict(translate(`request.first_${status}`, {name: personName(name)}));
  }

  /** @param {string} text */
  #setConflict(text) {
    this.conflict = text;
    this.#setEngaged('conflict', text !== '');
  }

  /** @param {CustomEvent} event */
  #onDrafting(event) {
    this.#setEngaged(event.detail.where, event.detail.drafting);
  }

  /** A card does not slip away from under a moving mouse. @param {PointerEvent} event */
  #onPointer({pointerType}) {
    if (pointerType !== 'mouse') return;
    clearTimeout(this.#pointerTimer);
    this.#pointerTimer = setTimeout(() => this.#setEngaged('pointer', false), POINTER_TIMEOUT);
    if (!this.#engagedBy.has('pointer')) this.#setEngaged('pointer', true);
  }

  #onAnswered() {
    this.#engagedBy.clear();
    this.emit('engaged', {id: this.request.id, engaged: false});
  }

  /** The list hears of it from a card that was scrolled away too. @param {string} reason @param {boolean} on */
  #setEngaged(reason, on) {
    if (on) this.#engagedBy.add(reason);
    else this.#engagedBy.delete(reason);
    const engaged = new CustomEvent('engaged', {detail: {id: this.request.id, engaged: this.#engagedBy.size > 0}, bubbles: true});
    (this.isConnected ? this : this.#feed)?.dispatchEvent(engaged);
  }
}

customElements.define('request-card', RequestCard);
