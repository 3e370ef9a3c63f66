import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {changesCreatorLists} from '../client/store.js';
import {FormDraft} from '../ui/form-draft.js';
import {SessionElement} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {listFooter} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {numberField} from '../ui/number-field.js';
import {translate} from '../words/translate.js';
import {supportersNav} from './supporters-nav.js';
import {tierTerms} from './tier-terms.js';
import '../words/later.js';

/** @import {ServerMessage, Tier} from '../client/types.js' */

/** @type {[string, string][]} */
const PERIODS = [
  ['none', translate('tiers.period_none')],
  ['month', translate('tiers.period_month')],
  ['week', translate('tiers.period_week')],
  ['rolling', translate('tiers.period_rolling')],
];
/** @type {[string, string][]} */
const APPROVALS = [
  ['', translate('tiers.auto_off')],
  ['on', translate('tiers.auto_on')],
];

/** What each tier of supporters may ask for. */
export class TiersPage extends SessionElement {
  static properties = {creatorId: {attribute: false}, editing: {state: true}, deleting: {state: true}, rolling: {state: true}};

  #saving = new FormSubmission(this, {unreachable: 'error.unreachable_kept'});
  #removing = new FormSubmission(this);
  #draft = new FormDraft(this, () => ({drafts: this.session.drafts, form: this.editing === 'new' ? `tier-${this.creatorId}-new` : ''}));
  /** @type {PagedList<Tier>} */
  #tiers = new PagedList(this, () => this.session.api.tiers(this.creatorId));

  constructor() {
    super();
    this.creatorId = 0;
    /** The id of the tier being edited, 'new', or null. @type {number | 'new' | null} */
    this.editing = null;
    /** The id of the tier being deleted. */
    this.deleting = 0;
    /** Whether the form's period is one of rolling days. */
    this.rolling = false;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('creatorId')) this.#tiers.load();
  }

  /** @param {ServerMessage} message */
  messageReceived(message) {
    if (changesCreatorLists(message, this.creatorId)) this.#tiers.scheduleRefresh();
  }

  get #mayManage() {
    return this.session.hasRole(this.creatorId, 'people');
  }

  render() {
    return html`
      <header class="page-head page-head--row">
        <h1 tabindex="-1">${translate('supporters.title')}</h1>
        ${this.#mayManage ? html`<button type="button" class="button button--main" data-testid="tier-new" @click=${() => this.#edit('new')}>${translate('tiers.new')}</button>` : nothing}
      </header>
      ${supportersNav(this.creatorId, 'tiers', this.#mayManage)} ${this.editing === 'new' ? this.#form() : nothing}
      <ul class="rows" data-testid="tier-list">
        ${repeat(
          this.#tiers.items,
          ({id}) => id,
          (tier) => html`<li>${this.editing === tier.id ? this.#form(tier) : this.#row(tier)}</li>`,
        )}
      </ul>
      ${listFooter(this.#tiers, html`<h2>${translate('tiers.none')}</h2><p>${translate('tiers.none_hint')}</p>`)}
    `;
  }

  /** @param {Tier} tier */
  #row(tier) {
    return html`<div class="row" data-testid="tier" data-tier-id=${tier.id}>
      <div class="row__main">
        <p class="row__name" data-testid="tier-name">${tier.name}</p>
        <p class="row__sub">${tierTerms(tier)}</p>
      </div>
      ${
        this.#mayManage
          ? html`<div class="row__actions"><button type="button" class="button button--quiet" data-testid="tier-edit" @click=${() => this.#edit(tier.id)}>${translate('tiers.change')}</button>
            <button type="button" class="button button--quiet" data-testid="tier-delete" aria-expanded=${this.deleting === tier.id} @click=${() => this.#askDeletion(this.deleting === tier.id ? 0 : tier.id)}>${translate('tiers.delete')}</button></div>`
          : nothing
      }
    </div>
    ${this.deleting === tier.id ? this.#deletion(tier) : nothing}`;
  }

  /** @param {Tier} tier */
  #deletion({id, name}) {
    const others = /** @type {[string | number, string][]} */ ([
      ['', '–'],
      ...this.#tiers.items.filter((one) => one.id !== id).map((one) => [one.id, one.name]),
    ]);
    return html`<form class="panel inline-form" data-testid="tier-deletion" @submit=${(/** @type {SubmitEvent} */ event) => this.#delete(event, id, name)}>
      ${formField({id: 'tier-move', name: 'move_to', label: translate('tiers.move_to'), options: others, testid: 'tier-move-to', error: this.#removing.fields.move_to ?? (this.#removing.message || undefined)})}
      <button class="button button--danger" data-testid="tier-delete-submit" aria-disabled=${this.#removing.busy}>${translate('tiers.delete')}</button>
    </form>`;
  }

  /** Where the supporters of one tier were to go is no draft for another. @param {number} id 0 for none */
  #askDeletion(id) {
    this.#draft.drop('move_to');
    this.deleting = id;
  }

  /** @param {SubmitEvent} event @param {number} id @param {string} name */
  async #delete(event, id, name) {
    const {move_to} = formValues(event);
    if (!(await this.#removing.run(() => this.session.api.deleteTier(id, move_to ? Number(move_to) : null)))) return;
    this.#askDeletion(0);
    this.showToast(translate('tiers.deleted', {name}));
    this.#tiers.load();
  }

  /** @param {Tier} [tier] */
  #form(tier) {
    const wrong = this.#saving.fields;
    return html`<form class="panel panel--form" novalidate data-testid="tier-form" @change=${this.#onPeriod} @submit=${(/** @type {SubmitEvent} */ event) => this.#save(event, tier)}>
      ${formError(this.#saving.message)}
      ${formField({id: 'tier-name', name: 'name', label: translate('tiers.name'), value: tier?.name ?? '', testid: 'tier-form-name', maxlength: 100, error: wrong.name})}
      <div class="pair">
        ${numberField({id: 'tier-allowed', name: 'requests_allowed', label: translate('tiers.requests'), min: 0, optional: true, value: tier ? (tier.requests_allowed ?? '') : 3, hint: translate('tiers.no_limit'), testid: 'tier-form-allowed', error: wrong.requests_allowed})}
        ${formField({id: 'tier-period', name: 'period', label: translate('tiers.period'), value: tier?.period ?? 'none', options: PERIODS, testid: 'tier-form-period', error: wrong.period})}
        ${this.rolling ? numberField({id: 'tier-days', name: 'days', label: translate('tiers.days'), min: 1, value: tier?.days ?? 30, testid: 'tier-form-days', error: wrong.days}) : nothing}
        ${numberField({id: 'tier-open', name: 'most_open', label: translate('tiers.most_open'), min: 1, optional: true, value: tier?.most_open ?? '', hint: translate('tiers.no_limit'), testid: 'tier-form-open', error: wrong.most_open})}
        ${formField({id: 'tier-approve', name: 'auto', label: translate('tiers.auto_approve'), value: tier?.auto_approve ? 'on' : '', options: APPROVALS, testid: 'tier-form-approve'})}
      </div>
      <div class="buttons">
        <button class="button button--main" data-testid="tier-form-submit" aria-disabled=${this.#saving.busy}>${translate('form.save')}</button>
        <button type="button" class="button button--quiet" data-testid="tier-form-back" @click=${() => this.#leave()}>${translate('form.back')}</button>
      </div>
    </form>`;
  }

  /** @param {number | 'new' | null} which */
  async #edit(which) {
    const before = this.editing;
    this.#saving.clear();
    this.editing = which;
    this.rolling = this.#tiers.items.find(({id}) => id === which)?.period === 'rolling';
    await this.updateComplete;
    const row = before === 'new' ? '[data-testid=tier-new]' : `[data-tier-id="${before}"] [data-testid=tier-edit]`;
    /** @type {HTMLElement | null} */ (this.querySelector(which === null ? row : '[data-testid=tier-form-name]'))?.focus();
  }

  /** @param {Event} event */
  #onPeriod(event) {
    const {name, value} = /** @type {HTMLSelectElement} */ (event.target);
    if (name === 'period') this.rolling = value === 'rolling';
  }

  /** What was written is not wanted. */
  #leave() {
    this.#draft.drop();
    this.#edit(null);
  }

  /** @param {SubmitEvent} event @param {Tier} [tier] */
  async #save(event, tier) {
    const {name = '', requests_allowed, period, days, most_open, auto} = formValues(event);
    const change = {
      name,
      requests_allowed: requests_allowed ? Number(requests_allowed) : null,
      period,
      ...(period === 'rolling' && {days: Number(days)}),
      most_open: most_open ? Number(most_open) : null,
      auto_approve: auto === 'on',
    };
    const done = await this.#saving.run(
      (key) => (tier ? this.session.api.changeTier(tier.id, change) : this.session.api.addTier({creator_id: this.creatorId, ...change}, {key})),
      change,
    );
    if (!done) return;
    this.#draft.drop();
    this.#edit(null);
    this.showToast(translate('tiers.saved', {name}));
    this.#tiers.load();
  }
}

customElements.define('tiers-page', TiersPage);
