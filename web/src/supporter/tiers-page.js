import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {changesCreatorLists} from '../client/creator-lists.js';
import {FormDraft} from '../ui/form-draft.js';
import {SessionElement} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {listFooter} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import {supportersNav} from './supporters-nav.js';

/** @import {ServerMessage, Tier} from '../client/types.js' */

/** @type {[string, string][]} */
const PERIODS = [
  ['none', translate('tiers.period_none')],
  ['month', translate('tiers.period_month')],
];

/** What each tier of supporters may ask for. */
export class TiersPage extends SessionElement {
  static properties = {creatorId: {attribute: false}, editing: {state: true}};

  #saving = new FormSubmission(this, {unreachable: 'error.unreachable_kept'});
  #draft = new FormDraft(this, () => ({drafts: this.session.drafts, form: `tier-${this.creatorId}-${this.editing}`}));
  /** @type {PagedList<Tier>} */
  #tiers = new PagedList(this, () => this.session.api.tiers(this.creatorId));

  constructor() {
    super();
    this.creatorId = 0;
    /** The id of the tier being edited, 'new', or null. @type {number | 'new' | null} */
    this.editing = null;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('creatorId')) this.#tiers.load();
  }

  /** @param {ServerMessage} message */
  messageReceived(message) {
    if (changesCreatorLists(message, this.creatorId)) this.#tiers.scheduleRefresh();
  }

  get #isCreator() {
    return this.session.me.user.id === this.creatorId;
  }

  render() {
    return html`
      <header class="page-head page-head--row">
        <h1 tabindex="-1">${translate('supporters.title')}</h1>
        ${this.#isCreator ? html`<button type="button" class="button button--main" data-testid="tier-new" @click=${() => this.#edit('new')}>${translate('tiers.new')}</button>` : nothing}
      </header>
      ${supportersNav(this.creatorId, 'tiers', this.#isCreator)} ${this.editing === 'new' ? this.#form() : nothing}
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
        <p class="row__sub">${translate(`tiers.terms_${tier.period}`, {count: tier.requests_allowed})}</p>
      </div>
      ${
        this.#isCreator
          ? html`<div class="row__actions"><button type="button" class="button button--quiet" data-testid="tier-edit" @click=${() => this.#edit(tier.id)}>${translate('tiers.change')}</button></div>`
          : nothing
      }
    </div>`;
  }

  /** @param {Tier} [tier] */
  #form(tier) {
    const wrong = this.#saving.fields;
    return html`<form class="panel panel--form" novalidate data-testid="tier-form" @submit=${(/** @type {SubmitEvent} */ event) => this.#save(event, tier)}>
      ${formError(this.#saving.message)}
      ${formField({id: 'tier-name', name: 'name', label: translate('tiers.name'), value: tier?.name ?? '', testid: 'tier-form-name', maxlength: 100, error: wrong.name})}
      <div class="pair">
        ${formField({id: 'tier-allowed', name: 'requests_allowed', label: translate('tiers.requests'), type: 'number', min: 0, value: tier?.requests_allowed ?? 3, testid: 'tier-form-allowed', error: wrong.requests_allowed})}
        ${formField({id: 'tier-period', name: 'period', label: translate('tiers.period'), value: tier?.period ?? 'none', options: PERIODS, testid: 'tier-form-period', error: wrong.period})}
      </div>
      <div class="buttons">
        <button class="button button--main" data-testid="tier-form-submit" ?disabled=${this.#saving.busy}>${translate('form.save')}</button>
        <button type="button" class="button button--quiet" data-testid="tier-form-back" @click=${() => this.#leave()}>${translate('form.back')}</button>
      </div>
    </form>`;
  }

  /** @param {number | 'new' | null} which */
  #edit(which) {
    this.#saving.clear();
    this.editing = which;
  }

  /** What was written is not wanted. */
  #leave() {
    this.#draft.drop();
    this.#edit(null);
  }

  /** @param {SubmitEvent} event @param {Tier} [tier] */
  async #save(event, tier) {
    const {name = '', requests_allowed, period} = formValues(event);
    const change = {name, requests_allowed: Number(requests_allowed), period};
    const done = await this.#saving.run(
      (key) => (tier ? this.session.api.changeTier(tier.id, change) : this.session.api.addTier({creator_id: this.creatorId, ...change}, {key})),
      change,
    );
    if (!done) return;
    this.#draft.drop();
    this.editing = null;
    this.showToast(translate('tiers.saved', {name}));
    this.#tiers.load();
  }
}

customElements.define('tiers-page', TiersPage);
