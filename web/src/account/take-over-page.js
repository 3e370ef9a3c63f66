import {html} from 'lit';
import {LightElement, required} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import '../words/later.js';
import {signedOutLayout} from './signed-out-layout.js';
import {passwordOf} from './sign-in.js';

/** @import {Api} from '../client/api.js' */

/** Where the link leads with which somebody takes over a creator's account. Emits `signed-in`. */
export class TakeOverPage extends LightElement {
  static properties = {api: {attribute: false}, token: {attribute: false}};

  #sending = new FormSubmission(this, {not_found: 'reset.invalid', email_taken: 'handover.taken'});

  constructor() {
    super();
    /** @type {Api} */
    this.api = required();
    this.token = '';
  }

  render() {
    return signedOutLayout(html`
      <h1 class="doorstep__title" tabindex="-1">${translate('handover.take_title')}</h1>
      <p class="doorstep__lead">${translate('handover.take_lead')}</p>
      <form novalidate @submit=${this.#send} data-testid="take-over-form">
        ${formError(this.#sending.message)}
        ${formField({id: 'name', name: 'display_name', label: translate('account.name'), autocomplete: 'name', maxlength: 100, testid: 'account-name', error: this.#sending.fields.display_name})}
        ${formField({
          id: 'password',
          name: 'password',
          label: translate('account.password'),
          type: 'password',
          autocomplete: 'new-password',
          hint: translate('account.password_rule'),
          testid: 'account-password',
          error: this.#sending.fields.password,
        })}
        <button class="button button--main button--wide" data-testid="take-over-submit" aria-disabled=${this.#sending.busy}>${translate('handover.take_do')}</button>
      </form>
    `);
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const {display_name = ''} = formValues(event);
    const wanted = {token: this.token, display_name, password: passwordOf(event)};
    if (await this.#sending.run((key) => this.api.takeOver(wanted, {key}), wanted)) this.emit('signed-in');
  }
}

customElements.define('take-over-page', TakeOverPage);
