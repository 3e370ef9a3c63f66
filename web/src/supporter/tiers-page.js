import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {changesDesk} from '../client/desk-update.js';
import {Draft} from '../ui/form-draft.js';
import {SessionElement} from '../ui/base-elements.js';
import {field, formError} from '../ui/form-field.js';
import {listFoot} from '../ui/list-footer.js';
import {Pages} from '../ui/paged-list.js';
import {fieldsOf, Submission} from '../ui/form-submission.js';
import {say} from '../words/translate.js';
import {supportersNav} from './supporters-nav.js';

/** @import {ServerMessage, Tier} from '../client/types.js' */

/** @type {[string, string][]} */
const PERIODS = [['none', say('tiers.period_none')], ['month', say('tiers.period_month')]];

/** What each tier of supporters may ask for. */
export class TiersPage extends SessionElement {
  static properties = {creatorId: {attribute: false}, editing: {state: true}};

  #saving = new Submission(this, {unreachable: 'error.unreachable_kept'});
  #draft = new Draft(this, () => ({drafts: this.session.drafts, form: `tier-${this.creatorId}-${this.editing}`}));
  /** @type {Pages<Tier>} */
  #tiers = new Pages(this, () => this.session.api.tiers(this.creatorId));

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
  heard(message) {
    if (changesDesk(message, this.creatorId)) this.#tiers.refreshSoon();
  }

  get #isCreator() {
    return this.session.me.user.id === this.creatorId;
  }

  render() {
    return html`
      <header class="page-head page-head--row">
        <h1 tabindex="-1">${say('supporters.title')}</h1>
        ${this.#isCreator ? html`<button type="button" class="button button--main" data-testid="tier-new" @click=${() => this.#edit('new')}>${say('tiers.new')}</button>` : nothing}
      </header>
      ${supportersNav(this.creatorId, 'tiers', this.#isCreator)} ${this.editing === 'new' ? this.#form() : nothing}
      <ul class="rows" data-testid="tier-list">
        ${repeat(this.#tiers.items, ({id}) => id, (tier) => html`<li>${this.editing === tier.id ? this.#form(tier) : this.#row(tier)}</li>`)}
      </ul>
      ${listFoot(this.#tiers, html`<h2>${say('tiers.none')}</h2><p>${say('tiers.none_hint')}</p>`)}
    `;
  }

  /** @param {Tier} tier */
  #row(tier) {
    return html`<div class="row" data-testid="tier" data-tier-id=${tier.id}>
      <div class="row__main">
        <p class="row__name" data-testid="tier-name">${tier.name}</p>
        <p class="row__sub">${say(`tiers.terms_${tier.period}`, {count: tier.requests_allowed})}</p>
      </div>
      ${this.#isCreator
        ? html`<div class="row__actions"><button type="button" class="button button--quiet" data-testid="tier-edit" @click=${() => this.#edit(tier.id)}>${say('tiers.change')}</button></div>`
        : nothing}
    </div>`;
  }

  /** @param {Tier} [tier] */
  #form(tier) {
    const wrong = this.#saving.fields;
    return html`<form class="panel panel--form" novalidate data-testid="tier-form" @submit=${(/** @type {SubmitEvent} */ event) => this.#save(event, tier)}>
      ${formError(this.#saving.message)}
      ${field({id: 'tier-name', name: 'name', label: say('tiers.name'), value: tier?.name ?? '', testid: 'tier-form-name', maxlength: 100, error: wrong.name})}
      <div class="pair">
        ${field({id: 'tier-allowed', name: 'requests_allowed', label: say('tiers.requests'), type: 'number', min: 0, value: tier?.requests_allowed ?? 3, testid: 'tier-form-allowed', error: wrong.requests_allowed})}
        ${field({id: 'tier-period', name: 'period', label: say('tiers.period'), value: tier?.period ?? 'none', options: PERIODS, testid: 'tier-form-period', error: wrong.period})}
      </div>
      <div class="buttons">
        <button class="button button--main" data-testid="tier-form-submit" ?disabled=${this.#saving.busy}>${say('form.save')}</button>
        <button type="button" class="button button--quiet" data-testid="tier-form-back" @click=${() => this.#leave()}>${say('form.back')}</button>
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
    const {name = '', requests_allowed, period} = fieldsOf(event);
    const change = {name, requests_allowed: Number(requests_allowed), period};
    const done = await this.#saving.run(
      (key) => (tier ? this.session.api.changeTier(tier.id, change) : this.session.api.addTier({creator_id: this.creatorId, ...change}, {key})),
      change,
    );
    if (!done) return;
    this.#draft.drop();
    this.editing = null;
    this.tell(say('tiers.saved', {name}));
    this.#tiers.load();
  }
}

customElements.define('tiers-page', TiersPage);
