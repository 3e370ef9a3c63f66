import {html} from 'lit';
import {Element, given} from '../ui/base-elements.js';
import {field, formError} from '../ui/form-field.js';
import {fieldsOf, Submission} from '../ui/form-submission.js';
import {say} from '../words/translate.js';
import {doorstep} from './signed-out-layout.js';
import {newAccountFields} from './new-account-fields.js';
import {passwordOf} from './sign-in.js';

/** @import {Api} from '../client/api.js' */

/** Where the link printed at the first start leads: the first account and its creator. Emits `signed-in`. */
export class SetupPage extends Element {
  static properties = {api: {attribute: false}, token: {attribute: false}};

  #sending = new Submission(this, {not_found: 'setup.invalid'});

  constructor() {
    super();
    /** @type {Api} */
    this.api = given();
    this.token = '';
  }

  render() {
    const wrong = this.#sending.fields;
    return doorstep(html`
      <h1 class="doorstep__title" tabindex="-1">${say('setup.title')}</h1>
      <p class="doorstep__lead">${say('setup.lead')}</p>
      <form novalidate @submit=${this.#send} data-testid="setup-form">
        ${formError(this.#sending.message)}
        ${field({id: 'creator-name', name: 'creator_name', label: say('setup.creator_name'), testid: 'setup-creator-name', maxlength: 100, error: wrong.creator_name})}
        ${newAccountFields(wrong, say('setup.own_name'))}
        <button class="button button--main button--wide" data-testid="setup-submit" ?disabled=${this.#sending.busy}>${say('setup.begin')}</button>
      </form>
    `);
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const account = {token: this.token, ...fieldsOf(event), password: passwordOf(event)};
    if (await this.#sending.run((key) => this.api.setUp(account, {key}), account)) this.emit('signed-in');
  }
}

customElements.define('setup-page', SetupPage);
