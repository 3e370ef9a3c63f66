import {html} from 'lit';
import {LightElement, required} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import {signedOutLayout} from './signed-out-layout.js';
import {newAccountFields} from './new-account-fields.js';
import {passwordOf} from './sign-in.js';

/** @import {Api} from '../client/api.js' */

/** Where the link printed at the first start leads: the first account and its creator. Emits `signed-in`. */
export class SetupPage extends LightElement {
  static properties = {api: {attribute: false}, token: {attribute: false}};

  #sending = new FormSubmission(this, {not_found: 'setup.invalid'});

  constructor() {
    super();
    /** @type {Api} */
    this.api = required();
    this.token = '';
  }

  render() {
    const wrong = this.#sending.fields;
    return signedOutLayout(html`
      <h1 class="doorstep__title" tabindex="-1">${translate('setup.title')}</h1>
      <p class="doorstep__lead">${translate('setup.lead')}</p>
      <form novalidate @submit=${this.#send} data-testid="setup-form">
        ${formError(this.#sending.message)}
        ${formField({id: 'creator-name', name: 'creator_name', label: translate('setup.creator_name'), testid: 'setup-creator-name', maxlength: 100, error: wrong.creator_name})}
        ${newAccountFields(wrong, translate('setup.own_name'))}
        <button class="button button--main button--wide" data-testid="setup-submit" aria-disabled=${this.#sending.busy}>${translate('setup.begin')}</button>
      </form>
    `);
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const account = {token: this.token, ...formValues(event), password: passwordOf(event)};
    if (await this.#sending.run((key) => this.api.setUp(account, {key}), account)) this.emit('signed-in');
  }
}

customElements.define('setup-page', SetupPage);
