import {html, nothing} from 'lit';
import {LightElement, required} from '../ui/base-elements.js';
import {formError} from '../ui/form-field.js';
import {icon} from '../ui/icon-set.js';
import {FormSubmission} from '../ui/form-submission.js';
import {initials} from '../ui/text-limits.js';
import {formatNumber, translateMarkup, translate} from '../words/translate.js';
import './grant-form.js';
import '../words/later.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {GrantForm} from './grant-form.js'
 * @import {Supporter, Tier} from '../client/types.js'
 */

/** One supporter: used and allowed, the tier, and a grant with its reason. Emits `changed`. */
export class SupporterRow extends LightElement {
  static properties = {
    session: {attribute: false},
    creatorId: {attribute: false},
    supporter: {attribute: false},
    tiers: {attribute: false},
    mayMove: {attribute: false},
    granting: {state: true},
  };

  #moving = new FormSubmission(this);

  constructor() {
    super();
    /** @type {Session} */
    this.session = required();
    this.creatorId = 0;
    /** @type {Supporter} */
    this.supporter = required();
    /** @type {Tier[]} */
    this.tiers = [];
    this.mayMove = false;
    this.granting = false;
  }

  render() {
    const {user_id, display_name, email, requests_used, requests_allowed} = this.supporter;
    return html`<div class="row" data-testid="supporter" data-user-id=${user_id}>
        <span class="avatar" aria-hidden="true">${initials(display_name)}</span>
        <div class="row__main">
          <p class="row__name"><button type="button" class="button button--link" data-testid="supporter-open" @click=${this.#open}>${display_name}</button></p>
          <p class="row__sub">${email}</p>
        </div>
        <p class="row__figure">${translateMarkup(requests_allowed === null ? 'quota.used_any' : 'quota.used', {
          used: html`<span data-testid="supporter-used">${formatNumber(requests_used)}</span>`,
          allowed: html`<span data-testid="supporter-allowed">${formatNumber(requests_allowed ?? 0)}</span>`,
        })}</p>
        <div class="row__actions">
          ${this.#tier()}
          ${this.mayMove ? html`<button type="button" class="button button--quiet" data-testid="supporter-grant" aria-expanded=${this.granting} @click=${this.#toggleGrant}>${icon('gift')} ${translate('supporters.grant')}</button>` : nothing}
        </div>
      </div>
      ${formError(this.#moving.message)} ${this.granting ? this.#grantForm() : nothing}`;
  }

  #tier() {
    const {user_id, display_name, tier_id} = this.supporter;
    if (!this.mayMove) return html`<span class="row__tier" data-testid="supporter-tier-name">${this.tiers.find(({id}) => id === tier_id)?.name ?? ''}</span>`;
    return html`<select class="input input--small" aria-label=${translate('supporters.tier_of', {name: display_name})} data-testid="supporter-tier" data-user-id=${user_id} .value=${String(tier_id)}
      ?disabled=${this.#moving.busy} @change=${this.#move}>
      ${this.tiers.map(({id, name}) => html`<option value=${id} ?selected=${id === tier_id}>${name}</option>`)}
    </select>`;
  }

  #grantForm() {
    const {user_id, display_name} = this.supporter;
    return html`<grant-form .session=${this.session} .creatorId=${this.creatorId} .userId=${user_id} .name=${display_name} @changed=${this.#granted}></grant-form>`;
  }

  /** The form goes, and the focus to what opened it. */
  async #granted() {
    this.granting = false;
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector('[data-testid=supporter-grant]'))?.focus();
  }

  async #open() {
    const {showSupporter} = await import('./supporter-drawer.js');
    showSupporter(this.session, this.creatorId, this.supporter.user_id);
  }

  async #toggleGrant() {
    this.granting = !this.granting;
    await this.updateComplete;
    await /** @type {GrantForm | null} */ (this.querySelector('grant-form'))?.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector('.grant-form input'))?.focus();
  }

  /** @param {Event} event */
  async #move(event) {
    const tier = Number(/** @type {HTMLSelectElement} */ (event.target).value);
    const before = this.supporter;
    const {user_id, display_name} = before;
    const moved = {...before, tier_id: tier};
    this.supporter = moved;
    const done = await this.#moving.run(() => this.session.api.moveSupporter(user_id, this.creatorId, tier));
    if (done) this.showToast(translate('supporters.moved', {name: display_name, tier: this.tiers.find(({id}) => id === tier)?.name}));
    if (!done && this.supporter === moved) this.supporter = before;
    this.emit('changed');
  }
}

customElements.define('supporter-row', SupporterRow);
