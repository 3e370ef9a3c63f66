import {html} from 'lit';
import {LightElement, required} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import {signedOutLayout} from './signed-out-layout.js';
import {passwordOf} from './sign-in.js';
import '../words/later.js';

/** @import {Api} from '../client/api.js' */

/** Where the link for a forgotten password leads: a new password. Emits `signed-in`. */
export class ResetPage extends LightElement {
  static properties = {api: {attribute: false}, token: {attribute: false}};

  #sending = new FormSubmission(this, {not_found: 'reset.invalid'});

  constructor() {
    super();
    /** @type {Api} */
    this.api = required();
    this.token = '';
  }

  render() {
    return signedOutLayout(html`
      <h1 class="doorstep__title" tabindex="-1">${translate('reset.title')}</h1>
      <p class="doorstep__lead">${translate('reset.lead')} ${translate('reset.ends')}</p>
      <form novalidate @submit=${this.#send} data-testid="reset-form">
        ${formError(this.#sending.message)}
        ${formField({
          id: 'password',
          name: 'password',
          label: translate('own.new'),
          type: 'password',
          autocomplete: 'new-password',
          hint: translate('account.password_rule'),
          testid: 'account-password',
          error: this.#sending.fields.password,
        })}
        <button class="button button--main button--wide" data-testid="reset-submit" aria-disabled=${this.#sending.busy}>${translate('reset.save')}</button>
      </form>
    `);
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const reset = {token: this.token, password: passwordOf(event)};
    if (await this.#sending.run((key) => this.api.resetPassword(reset, {key}), reset)) this.emit('signed-in');
  }
}

customElements.define('reset-page', ResetPage);
