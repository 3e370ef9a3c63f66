import {html} from 'lit';
import {FormDraft} from '../ui/form-draft.js';
import {LightElement, required} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {numberField} from '../ui/number-field.js';
import {translate} from '../words/translate.js';
import '../words/later.js';

/** @import {Session} from '../client/session.js' */

/** Gives a supporter more requests, or takes some, with a reason. Emits `changed`. */
export class GrantForm extends LightElement {
  static properties = {session: {attribute: false}, creatorId: {attribute: false}, userId: {attribute: false}, name: {attribute: false}};

  #grant = new FormSubmission(this, {unreachable: 'error.unreachable_kept'});
  #draft = new FormDraft(this, () => ({drafts: this.session.drafts, form: `grant-${this.creatorId}-${this.userId}`}));

  constructor() {
    super();
    /** @type {Session} */
    this.session = required();
    this.creatorId = 0;
    this.userId = 0;
    this.name = '';
  }

  render() {
    const {userId, name} = this;
    const wrong = this.#grant.fields;
    return html`<form class="grant-form" novalidate aria-label=${translate('supporters.grant_to', {name})} @submit=${this.#send}>
      ${formError(this.#grant.message)}
      ${numberField({id: `grant-amount-${userId}`, name: 'amount', label: translate('supporters.grant_amount'), min: 1, value: 1, testid: 'grant-amount', error: wrong.amount})}
      ${formField({id: `grant-reason-${userId}`, name: 'reason', label: translate('supporters.grant_reason'), testid: 'grant-reason', maxlength: 300, error: wrong.reason, hint: translate('supporters.grant_hint', {name})})}
      <div class="grant-form__actions">
        <button class="button button--main" data-testid="grant-submit" aria-disabled=${this.#grant.busy}>${translate('supporters.grant')}</button>
        <button class="button button--quiet" name="take" data-testid="grant-take" aria-disabled=${this.#grant.busy}>${translate('supporters.take')}</button>
      </div>
    </form>`;
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const {amount, reason = ''} = formValues(event);
    const taken = /** @type {HTMLButtonElement | null} */ (event.submitter)?.name === 'take';
    const clear = this.#draft.sending(form);
    const grant = {amount: taken ? -Number(amount) : Number(amount), reason};
    if (!(await this.#grant.run((key) => this.session.api.grant(this.userId, this.creatorId, grant, {key}), grant))) return;
    clear();
    this.showToast(translate(grant.amount > 0 ? 'supporters.granted' : 'supporters.taken', {count: Math.abs(grant.amount), name: this.name}));
    this.emit('changed');
  }
}

customElements.define('grant-form', GrantForm);
