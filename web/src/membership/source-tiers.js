import {html, nothing} from 'lit';
import {formError, formField} from '../ui/form-field.js';
import {numberField} from '../ui/number-field.js';
import {translate} from '../words/translate.js';

/**
 * @import {MembershipSource, Tier} from '../client/types.js'
 * @import {FormSubmission} from '../ui/form-submission.js'
 */

/** The id of a service's tier. @param {MembershipSource} source @param {Record<string, any>} tier @returns {string} */
const idOf = (source, tier) => tier[source.kind === 'kofi' ? 'kofi_tier_id' : 'patreon_tier_id'];

/**
 * The form that says which tier a service's tiers stand for, and how long one is kept.
 *
 * @param {MembershipSource} source @param {Tier[]} tiers the creator's @param {FormSubmission} saving @param {(event: SubmitEvent) => void} save
 */
export function sourceTiersForm(source, tiers, saving, save) {
  const {kind} = source;
  /** @type {[string | number, string][]} */
  const options = [['', translate('patreon.no_tier')], ...tiers.map(({id, name}) => /** @type {[number, string]} */ ([id, name]))];
  return html`<form class="panel__form" novalidate data-testid="${kind}-tiers" @submit=${save}>
    ${formError(saving.message || saving.fields.map || '')}
    ${source.tiers?.length ? nothing : kind === 'kofi' ? html`<p class="panel__text">${translate('kofi.no_tiers')}</p>` : nothing}
    ${source.tiers?.map((tier, index) =>
      formField({
        id: `${kind}-tier-${index}`,
        name: `tier-${index}`,
        label: translate('patreon.tier', {name: tier.deleted ? translate('patreon.gone_tier', {name: tier.name}) : tier.name}),
        value: tier.tier_id ?? '',
        options,
        testid: `${kind}-tier`,
      }),
    )}
    ${numberField({id: `${kind}-grace`, name: 'grace_days', label: translate('patreon.grace'), min: 0, value: source.grace_days ?? 7, hint: translate('patreon.grace_hint'), testid: `${kind}-grace`, error: saving.fields.grace_days})}
    <button class="button button--main" data-testid="${kind}-tiers-submit" aria-disabled=${saving.busy}>${translate('form.save')}</button>
  </form>`;
}

/** What the form says, as the server takes it. @param {MembershipSource} source @param {Record<string, string>} values */
export function sourceTiersOf(source, values) {
  const field = source.kind === 'kofi' ? 'kofi_tier_id' : 'patreon_tier_id';
  const map = (source.tiers ?? []).map((tier, index) => {
    const chosen = values[`tier-${index}`];
    return {[field]: idOf(source, tier), tier_id: chosen ? Number(chosen) : null};
  });
  return {creator_id: source.creator_id, map, grace_days: Number(values.grace_days)};
}
