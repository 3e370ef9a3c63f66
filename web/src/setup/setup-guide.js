import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import '../creator/creator-look.js';
import {FormDraft} from '../ui/form-draft.js';
import {SessionElement} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {icon} from '../ui/icon-set.js';
import {readFailure} from '../ui/list-footer.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {numberField} from '../ui/number-field.js';
import {tierTerms} from '../supporter/tier-terms.js';
import {translate} from '../words/translate.js';
import {readSetupProgress} from './setup-progress.js';

/**
 * @import {Tier} from '../client/types.js'
 * @import {Progress} from './setup-progress.js'
 */

const WEEK = 7 * 24 * 3_600_000;
const GUESTS = 50;

/** From the first account to the first supporter: look, tiers, links. One may leave at any step and come back. */
export class SetupGuide extends SessionElement {
  static properties = {creatorId: {attribute: false}, progress: {state: true}, failure: {state: true}, links: {state: true}, copied: {state: true}};

  #saving = new FormSubmission(this, {unreachable: 'error.unreachable_kept'});
  #inviting = new FormSubmission(this);
  #draft = new FormDraft(this, () => ({drafts: this.session.drafts, form: `guide-${this.creatorId}`}));

  constructor() {
    super();
    this.creatorId = 0;
    /** @type {Progress | null} */
    this.progress = null;
    /** Why it could not be read. @type {Error | null} */
    this.failure = null;
    /** The links made here, by tier. @type {Map<number, string>} */
    this.links = new Map();
    /** Of which tier the link was copied last. */
    this.copied = 0;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('creatorId')) this.#read();
  }

  async #read() {
    try {
      this.progress = await readSetupProgress(this.session, this.creatorId);
      this.failure = null;
    } catch (error) {
      this.failure = /** @type {Error} */ (error);
    }
  }

  render() {
    const creator = this.session.store.creators.get(this.creatorId);
    const {tiers, invited} = this.progress ?? {tiers: /** @type {Tier[]} */ ([]), invited: false};
    const look = Boolean(creator?.colour || creator?.picture);
    return html`<div class="narrow guide">
      <header class="page-head">
        <h1 tabindex="-1">${translate('guide.title', {name: this.session.me.user.display_name})}</h1>
        <p class="page-head__sub">${translate('guide.lead')}</p>
      </header>
      ${readFailure(this.failure, () => this.#read())}
      <ol class="guide__steps">
        ${this.#step('account', true, translate('guide.account'), html`<p class="panel__text">${translate('guide.account_done')}</p>`)}
        ${this.#step('look', look, translate('guide.look'), html`<creator-look .session=${this.session} .creatorId=${this.creatorId}></creator-look>`)}
        ${this.#step('tiers', tiers.length > 0, translate('guide.tiers'), this.#tiers(tiers))}
        ${this.#step('invite', invited || this.links.size > 0, translate('guide.invite'), this.#invitations(tiers))}
      </ol>
      <p class="guide__foot"><a class="button ${invited || this.links.size ? 'button--main' : ''}" href="${BASE_PATH}/creators/${this.creatorId}/inbox" data-testid="guide-leave">${translate(invited || this.links.size ? 'guide.finish' : 'guide.later')}</a></p>
    </div>`;
  }

  /** @param {string} name @param {boolean} done @param {string} title @param {unknown} content */
  #step(name, done, title, content) {
    return html`<li class="panel guide__step ${done ? 'guide__step--done' : ''}" data-testid="step-${name}" data-done=${done}>
      <h2 class="panel__title">
        <span class="guide__mark" aria-hidden="true">${done ? icon('check') : nothing}</span> ${title}
        <span class="visually-hidden">${translate(done ? 'guide.done' : 'guide.to_do')}</span>
      </h2>
      ${content}
    </li>`;
  }

  /** @param {Tier[]} tiers */
  #tiers(tiers) {
    const wrong = this.#saving.fields;
    return html`
      <p class="panel__text">${translate('guide.tiers_hint')}</p>
      <ul class="rows">
        ${repeat(
          tiers,
          ({id}) => id,
          (tier) => html`<li class="row" data-testid="guide-tier"><p class="row__name">${tier.name}</p><p class="row__sub">${tierTerms(tier)}</p></li>`,
        )}
      </ul>
      <form class="guide__form" novalidate @submit=${this.#addTier} data-testid="guide-tier-form">
        ${formError(this.#saving.message)}
        ${formField({id: 'guide-tier-name', name: 'name', label: translate('tiers.name'), placeholder: translate('guide.tier_example'), testid: 'guide-tier-name', maxlength: 100, error: wrong.name})}
        ${numberField({id: 'guide-tier-allowed', name: 'requests_allowed', label: translate('tiers.requests'), min: 0, value: 3, testid: 'guide-tier-allowed', error: wrong.requests_allowed})}
        ${formField({
          id: 'guide-tier-period',
          name: 'period',
          label: translate('tiers.period'),
          options: [
            ['month', translate('tiers.period_month')],
            ['none', translate('tiers.period_none')],
          ],
          testid: 'guide-tier-period',
          error: wrong.period,
        })}
        <button class="button" data-testid="guide-tier-add" aria-disabled=${this.#saving.busy}>${icon('plus')} ${translate('guide.add_tier')}</button>
      </form>
    `;
  }

  /** @param {Tier[]} tiers */
  #invitations(tiers) {
    if (tiers.length === 0) return html`<p class="panel__text">${translate('guide.invite_later')}</p>`;
    return html`
      <p class="panel__text">${translate('guide.invite_hint', {count: GUESTS})}</p>
      ${formError(this.#inviting.message)}
      <ul class="rows">
        ${repeat(
          tiers,
          ({id}) => id,
          (tier) => html`<li class="row guide__link"><p class="row__name">${tier.name}</p>${this.#link(tier)}</li>`,
        )}
      </ul>
    `;
  }

  /** @param {Tier} tier */
  #link({id, name}) {
    const link = this.links.get(id);
    if (!link)
      return html`<button type="button" class="button" data-testid="guide-invite" aria-disabled=${this.#inviting.busy} @click=${() => this.#invite(id)}>${icon('link')} ${translate('invitations.make')}</button>`;
    return html`<p class="made-link__row">
      <input class="input" id="guide-link-${id}" dir="ltr" readonly aria-label=${translate('guide.link_for', {name})} .value=${link} data-testid="guide-link" @focus=${(/** @type {FocusEvent} */ event) => /** @type {HTMLInputElement} */ (event.target).select()} />
      <button type="button" class="button" data-testid="guide-copy" @click=${() => this.#copy(id, link)}>${icon(this.copied === id ? 'check' : 'copy')} ${translate(this.copied === id ? 'invitations.copied' : 'invitations.copy')}</button>
    </p>`;
  }

  /** @param {SubmitEvent} event */
  async #addTier(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const {name = '', requests_allowed, period} = formValues(event);
    const clear = this.#draft.sending(form);
    const tier = {creator_id: this.creatorId, name, requests_allowed: Number(requests_allowed), period};
    if (!(await this.#saving.run((key) => this.session.api.addTier(tier, {key}), tier))) return;
    clear();
    await this.#read();
  }

  /** @param {number} tierId */
  async #invite(tierId) {
    const wish = {creator_id: this.creatorId, kind: 'supporter', tier_id: tierId, uses: GUESTS};
    await this.#inviting.run(async (key, time) => {
      const {url} = await this.session.api.invite({...wish, expires_at: new Date(time + WEEK).toISOString()}, {key});
      this.links = new Map(this.links).set(tierId, url ?? '');
    }, wish);
  }

  /** @param {number} tierId @param {string} link */
  async #copy(tierId, link) {
    try {
      await navigator.clipboard.writeText(link);
      this.copied = tierId;
    } catch {
      /** @type {HTMLInputElement | null} */ (this.querySelector(`#guide-link-${tierId}`))?.select();
      this.showToast(translate('invitations.copy_by_hand'), 'plain');
    }
  }
}

customElements.define('setup-guide', SetupGuide);
