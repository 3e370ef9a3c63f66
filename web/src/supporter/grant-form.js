import {html} from 'lit';
import {Draft} from '../ui/form-draft.js';
import {Element, given} from '../ui/base-elements.js';
import {field, formError} from '../ui/form-field.js';
import {fieldsOf, Submission} from '../ui/form-submission.js';
import {say} from '../words/translate.js';

/** @import {Session} from '../client/session.js' */

/** Gives a supporter more requests, or takes some, with a reason. Emits `changed`. */
export class GrantForm extends Element {
  static properties = {session: {attribute: false}, creatorId: {attribute: false}, userId: {attribute: false}, name: {attribute: false}};

  #grant = new Submission(this, {unreachable: 'error.unreachable_kept'});
  #draft = new Draft(this, () => ({drafts: this.session.drafts, form: `grant-${this.creatorId}-${this.userId}`}));

  constructor() {
    super();
    /** @type {Session} */
    this.session = given();
    this.creatorId = 0;
    this.userId = 0;
    this.name = '';
  }

  render() {
    const {userId, name} = this;
    const wrong = this.#grant.fields;
    return html`<form class="grant-form" novalidate aria-label=${say('supporters.grant_to', {name})} @submit=${this.#send}>
      ${formError(this.#grant.message)}
      ${field({id: `grant-amount-${userId}`, name: 'amount', label: say('supporters.grant_amount'), type: 'number', min: 1, value: 1, testid: 'grant-amount', error: wrong.amount})}
      ${field({id: `grant-reason-${userId}`, name: 'reason', label: say('supporters.grant_reason'), testid: 'grant-reason', maxlength: 300, error: wrong.reason, hint: say('supporters.grant_hint', {name})})}
      <button class="button button--main" data-testid="grant-submit" ?disabled=${this.#grant.busy}>${say('supporters.grant')}</button>
      <button class="button button--quiet" name="take" data-testid="grant-take" ?disabled=${this.#grant.busy}>${say('supporters.take')}</button>
    </form>`;
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const {amount, reason = ''} = fieldsOf(event);
    const taken = /** @type {HTMLButtonElement | null} */ (event.submitter)?.name === 'take';
    const grant = {amount: taken ? -Number(amount) : Number(amount), reason};
    if (!(await this.#grant.run((key) => this.session.api.grant(this.userId, this.creatorId, grant, {key}), grant))) return;
    this.#draft.drop();
    form.reset();
    this.tell(say(grant.amount > 0 ? 'supporters.granted' : 'supporters.taken', {count: Math.abs(grant.amount), name: this.name}));
    this.emit('changed');
  }
}

customElements.define('grant-form', GrantForm);
