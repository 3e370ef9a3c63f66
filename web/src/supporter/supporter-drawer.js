import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {changesCreatorLists} from '../client/store.js';
import {dateInWords} from '../words/time-text.js';
import {translateMarkup, translate} from '../words/translate.js';
import {ledgerEffect, ledgerLine, quotaSum} from '../quota/quota-text.js';
import {statusBadge} from '../ui/status-badge.js';
import {SessionElement} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {initials} from '../ui/text-limits.js';
import {passOnToasts} from '../ui/dialog-toasts.js';
import {listFailure, listFooter} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import '../ui/time-ago.js';
import './grant-form.js';
import './supporter-account.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {BookRequest, ServerMessage, SupporterAccount} from '../client/types.js'
 */

/** Opens beside the page what there is to know of a supporter. @param {Session} session @param {number} creatorId @param {number} userId */
export function showSupporter(session, creatorId, userId) {
  const drawer = /** @type {SupporterDrawer} */ (document.createElement('supporter-drawer'));
  Object.assign(drawer, {session, creatorId, userId});
  document.body.append(drawer);
}

/** One supporter: what they have asked for, their quota and how it comes about, and a grant. Is gone once it is closed. */
class SupporterDrawer extends SessionElement {
  static properties = {creatorId: {attribute: false}, userId: {attribute: false}};

  /** @type {PagedList<BookRequest>} */
  #requests = new PagedList(this, (cursor) => this.session.api.bookRequests({creator_id: this.creatorId, user_id: this.userId, limit: 20, cursor}));
  /** @type {PagedList<SupporterAccount>} of one */
  #accounts = new PagedList(this, async () => ({items: [await this.session.api.supporter(this.userId, this.creatorId)]}));

  constructor() {
    super();
    this.creatorId = 0;
    this.userId = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.session.addEventListener('ended', () => this.remove());
    this.#accounts.load();
    this.#requests.load();
  }

  firstUpdated() {
    this.#dialog.showModal();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    passOnToasts(this);
  }

  get #dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector('dialog'));
  }

  quotaPeriodChanged() {
    this.#accounts.load();
  }

  /** @param {ServerMessage} message */
  messageReceived(message) {
    if (changesCreatorLists(message, this.creatorId)) this.#accounts.scheduleRefresh();
    if (message.type !== 'book_request_update' || message.book_request.user_id !== this.userId) return;
    this.#accounts.load();
    this.#requests.scheduleRefresh();
  }

  render() {
    const [account] = this.#accounts.items;
    const name = account?.display_name ?? '';
    return html`<dialog class="drawer" aria-label=${translate('desk.history_of', {name})} data-testid="supporter-drawer" @close=${() => this.remove()} @click=${this.#onClick}>
      <header class="drawer__head">
        <span class="avatar" aria-hidden="true">${initials(name)}</span>
        <div class="row__main">
          <h2 class="drawer__name" data-testid="drawer-name">${name}</h2>
          <p class="row__sub">${account?.email ?? ''}</p>
        </div>
        <button type="button" class="button button--quiet" aria-label=${translate('desk.close')} data-testid="drawer-close" @click=${() => this.#dialog.close()}>${icon('close')}</button>
      </header>
      ${listFailure(this.#accounts)} ${account ? this.#quota(account) : this.#accounts.error ? nothing : html`<div class="skeleton skeleton--line"></div>`}
      <h3 class="drawer__title">${translate('desk.history')}</h3>
      <p><a href="${BASE_PATH}/creators/${this.creatorId}/inbox?status=&user_id=${this.userId}" data-testid="drawer-only" @click=${() => this.#dialog.close()}>${translate('desk.show_theirs')}</a></p>
      <ul class="history" data-testid="drawer-requests">
        ${repeat(
          this.#requests.items,
          ({id}) => id,
          (request) => this.#request(request),
        )}
      </ul>
      ${listFooter(this.#requests, html`<p>${translate('list.empty')}</p>`)}
      <toast-region></toast-region>
    </dialog>`;
  }

  /** @param {SupporterAccount} account */
  #quota(account) {
    const {quota, entries, display_name} = account;
    return html`<section class="drawer__quota">
        <p class="drawer__used" data-testid="drawer-used">${quota.allowed === null ? translate('quota.used_any', {used: quota.used}) : translate('quota.used', {used: quota.used, allowed: quota.allowed})}</p>
        <p>${quotaSum(quota, entries, display_name)}</p>
      </section>
      ${
        !this.session.hasRole(this.creatorId, 'people')
          ? nothing
          : this.session.mayDecideAbout(this.creatorId, this.userId)
            ? html`<grant-form .session=${this.session} .creatorId=${this.creatorId} .userId=${this.userId} .name=${display_name} @changed=${() => this.#accounts.load()}></grant-form>
              <supporter-account .session=${this.session} .creatorId=${this.creatorId} .supporter=${account} @changed=${() => this.#accounts.load()} @removed=${() => this.#dialog.close()}></supporter-account>`
            : html`<p data-testid="own-account">${translate('answer.own')}</p>`
      }
      <details class="drawer__ledger">
        <summary>${translate('desk.ledger', {count: entries.length})}</summary>
        <ol class="ledger">
          ${entries.map(
            (entry) => html`<li class="ledger__line" data-testid="drawer-entry" data-kind=${entry.kind}>
              <span class="ledger__effect ledger__effect--${entry.kind}">${ledgerEffect(entry)}</span>
              <span class="ledger__text">${ledgerLine(entry, quota)} <time class="ledger__day" datetime=${entry.created_at}>${dateInWords(entry.created_at)}</time></span>
            </li>`,
          )}
        </ol>
      </details>`;
  }

  /** @param {BookRequest} request */
  #request({id, title, author, status, created_at}) {
    return html`<li class="history__line">
      <a href="${BASE_PATH}/requests/${id}" @click=${() => this.#dialog.close()}><bdi>${title}</bdi></a> ${statusBadge(status)}
      <span class="history__facts"><bdi>${author}</bdi> · ${translateMarkup('request.asked', {time: html`<time-ago .time=${created_at}></time-ago>`})}</span>
    </li>`;
  }

  /** A click beside it closes it. @param {MouseEvent} event */
  #onClick({target}) {
    if (target === this.#dialog) this.#dialog.close();
  }
}

customElements.define('supporter-drawer', SupporterDrawer);
