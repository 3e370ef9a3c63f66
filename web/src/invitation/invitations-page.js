import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {changesCreatorLists} from '../client/store.js';
import {supportersNav} from '../supporter/supporters-nav.js';
import {serverNow} from '../client/server-clock.js';
import {FormDraft} from '../ui/form-draft.js';
import {SessionElement, liveRegion} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {icon} from '../ui/icon-set.js';
import {listFailure, listFooter} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {numberField} from '../ui/number-field.js';
import {dateInWords} from '../words/time-text.js';
import {personName, translate, translateMarkup} from '../words/translate.js';
import {teamRoles} from '../team/team-roles.js';
import '../ui/confirm-button.js';

/** @import {Invitation, ServerMessage, Tier} from '../client/types.js' */

const DAY = 24 * 3_600_000;
/** @type {[string, string][]} */
const KINDS = [
  ['supporter', translate('invitations.supporter')],
  ['team', translate('invitations.team')],
];
/** @type {[string, string][]} */
const LIFETIMES = [1, 7, 30].map((count) => [String(count), translate('invitations.days', {count})]);

/** Links by which supporters and team members join. A link is shown once, when it is made. */
export class InvitationsPage extends SessionElement {
  static properties = {creatorId: {attribute: false}, kind: {state: true}, made: {state: true}, copied: {state: true}, byMail: {state: true}};

  #making = new FormSubmission(this, {unreachable: 'error.unreachable_kept'});
  #revoking = new FormSubmission(this);
  #draft = new FormDraft(this, () => ({drafts: this.session.drafts, form: `invitation-${this.creatorId}`}));
  /** @type {PagedList<Invitation>} */
  #invitations = new PagedList(this, () => this.session.api.invitations(this.creatorId));
  /** @type {PagedList<Tier>} */
  #tiers = new PagedList(this, () => this.session.api.tiers(this.creatorId));

  constructor() {
    super();
    this.creatorId = 0;
    this.kind = 'supporter';
    /** @type {Invitation | null} */
    this.made = null;
    this.copied = false;
    /** Whether mail is set up. */
    this.byMail = false;
  }

  async firstUpdated() {
    const {mail} = await this.session.api.http.get('/api/auth/methods').catch(() => ({mail: false}));
    if (mail) await import('./invite-by-mail.js');
    this.byMail = mail;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has('creatorId')) return;
    this.made = null;
    this.#invitations.load();
    this.#tiers.load();
  }

  /** @param {ServerMessage} message */
  messageReceived(message) {
    if (!changesCreatorLists(message, this.creatorId)) return;
    this.#invitations.scheduleRefresh();
    this.#tiers.scheduleRefresh();
  }

  render() {
    return html`
      <header class="page-head page-head--row"><h1 tabindex="-1">${translate('supporters.title')}</h1></header>
      ${supportersNav(this.creatorId, 'invitations', true)} ${this.#form()} ${liveRegion('status', this.made ? this.#link(this.made) : nothing)}
      ${this.byMail ? html`<invite-by-mail .session=${this.session} .creatorId=${this.creatorId} .tiers=${this.#tiers.items}></invite-by-mail>` : nothing} ${formError(this.#revoking.message)}
      <ul class="rows" data-testid="invitation-list">
        ${repeat(
          this.#invitations.items,
          ({id}) => id,
          (invitation) => this.#row(invitation),
        )}
      </ul>
      ${listFooter(this.#invitations, html`<h2>${translate('invitations.none')}</h2>`)}
    `;
  }

  #form() {
    const wrong = this.#making.fields;
    const tiers = /** @type {[number, string][]} */ (this.#tiers.items.map(({id, name}) => [id, name]));
    return html`<form class="panel panel--form" novalidate @submit=${this.#make} @change=${this.#onKind}>
      <h2 class="panel__title">${translate('invitations.invite')}</h2>
      ${formError(this.#making.message)} ${listFailure(this.#tiers)}
      <div class="pair">
        ${formField({id: 'invite-kind', name: 'kind', label: translate('invitations.who'), options: this.session.me.user.id === this.creatorId ? KINDS : KINDS.slice(0, 1), value: this.kind, testid: 'invitation-kind', error: wrong.kind})}
        ${this.kind === 'supporter' ? formField({id: 'invite-tier', name: 'tier_id', label: translate('invitations.tier'), options: tiers, testid: 'invitation-tier', error: wrong.tier_id}) : nothing}
        ${this.kind === 'team' ? formField({id: 'invite-role', name: 'team_role', label: translate('invitations.role'), options: teamRoles(), value: 'answer', testid: 'invitation-role', error: wrong.team_role}) : nothing}
        ${numberField({id: 'invite-uses', name: 'uses', label: translate('invitations.uses'), min: 1, value: 1, testid: 'invitation-uses', error: wrong.uses})}
        ${formField({id: 'invite-days', name: 'days', label: translate('invitations.valid'), options: LIFETIMES, value: '7', testid: 'invitation-days', error: wrong.expires_at})}
      </div>
      <button class="button button--main" data-testid="invitation-submit" aria-disabled=${this.#making.busy}>${icon('link')} ${translate('invitations.make')}</button>
    </form>`;
  }

  /** @param {Invitation} invitation */
  #link({url}) {
    return html`<div class="notice notice--good" data-testid="invitation-made">
      <div class="made-link">
        <p>${translate('invitations.made')}</p>
        <p class="made-link__row">
          <input class="input" dir="ltr" readonly aria-label=${translate('invitations.link')} .value=${url ?? ''} data-testid="invitation-url" @focus=${(/** @type {FocusEvent} */ event) => /** @type {HTMLInputElement} */ (event.target).select()} />
          <button type="button" class="button" data-testid="invitation-copy" @click=${this.#copy}>${icon(this.copied ? 'check' : 'copy')} ${translate(this.copied ? 'invitations.copied' : 'invitations.copy')}</button>
        </p>
      </div>
    </div>`;
  }

  /** @param {Invitation} invitation */
  #row({id, kind, tier_id, uses, uses_left, expires_at, created_by_name}) {
    const tier = this.#tiers.items.find((one) => one.id === tier_id)?.name;
    const over = uses_left === 0 || Date.parse(expires_at) < serverNow();
    return html`<li class="row ${over ? 'row--off' : ''}" data-testid="invitation" data-invitation-id=${id}>
      <div class="row__main">
        <p class="row__name">${translate(kind === 'team' ? 'invitations.for_team' : tier ? 'invitations.for_tier' : 'invitations.for_supporter', {tier})}</p>
        <p class="row__sub">${translate('invitations.left', {left: uses_left, count: uses, date: dateInWords(expires_at)})}</p>
        <p class="row__sub" data-testid="invitation-maker">${created_by_name === null ? translate('invitations.made_by_unknown') : translateMarkup('invitations.made_by', {name: html`<bdi>${personName(created_by_name)}</bdi>`})}</p>
      </div>
      <div class="row__actions">
        <confirm-button testid="invitation-revoke" label=${translate('invitations.revoke')} question=${translate('invitations.revoke_sure')} yes=${translate('invitations.revoke')} @confirmed=${() => this.#revoke(id)}></confirm-button>
      </div>
    </li>`;
  }

  /** @param {Event} event */
  #onKind(event) {
    const {name, value} = /** @type {HTMLSelectElement} */ (event.target);
    if (name === 'kind') this.kind = value;
  }

  /** @param {SubmitEvent} event */
  async #make(event) {
    const {kind, tier_id, team_role, uses, days} = formValues(event);
    const wish = {creator_id: this.creatorId, kind, ...(tier_id && {tier_id: Number(tier_id)}), ...(team_role && {team_role}), uses: Number(uses), days};
    const made = await this.#making.run(async (key, time) => {
      const {days: validDays, ...invitation} = wish;
      const expires_at = new Date(time + Number(validDays) * DAY).toISOString();
      this.made = await this.session.api.invite({...invitation, expires_at}, {key});
      this.copied = false;
    }, wish);
    if (made) this.#draft.drop();
    this.#invitations.load();
  }

  async #copy() {
    const input = /** @type {HTMLInputElement} */ (this.querySelector('[data-testid=invitation-url]'));
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
      this.copied = true;
    } catch {
      this.showToast(translate('invitations.copy_by_hand'), 'plain');
    }
  }

  /** @param {number} id */
  async #revoke(id) {
    if (await this.#revoking.run(() => this.session.api.revokeInvitation(id))) this.showToast(translate('invitations.revoked'));
    this.#invitations.load();
  }
}

customElements.define('invitations-page', InvitationsPage);
