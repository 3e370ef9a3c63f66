import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {LightElement, required} from '../ui/base-elements.js';
import {formError} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translateMarkup, translate} from '../words/translate.js';
import {signedOutLayout} from './signed-out-layout.js';
import {newAccountFields} from './new-account-fields.js';
import {loadMethods, passwordOf} from './sign-in.js';

/**
 * @import {Api} from '../client/api.js'
 * @import {User} from '../client/types.js'
 */

/** Where an invitation link leads: a new account, or one that exists already joins. Emits `signed-in`. */
export class JoinPage extends LightElement {
  static properties = {api: {attribute: false}, user: {attribute: false}, token: {attribute: false}, hasAccount: {state: true}, methods: {state: true}};

  #sending = new FormSubmission(this, {not_found: 'join.invalid', already_member: 'join.already'});

  constructor() {
    super();
    /** @type {Api} */
    this.api = required();
    /** Who is signed in. @type {User | null} */
    this.user = null;
    this.token = '';
    this.hasAccount = false;
    /** @type {any} */
    this.methods = null;
  }

  firstUpdated() {
    loadMethods(this.api).then(
      (methods) => (this.methods = methods),
      () => {},
    );
  }

  render() {
    if (this.user) return this.#asUser(this.user);
    if (this.hasAccount) return html`<sign-in .api=${this.api} .invitation=${this.token} reason=${translate('join.sign_in_first')}></sign-in>`;
    return signedOutLayout(html`
      <h1 class="doorstep__title" tabindex="-1">${translate('join.title')}</h1>
      <p class="doorstep__lead">${translate('join.lead')}</p>
      ${this.methods?.password === false ? nothing : this.#form()}
      ${this.methods ? html`<sign-in-ways .api=${this.api} .methods=${this.methods} .invitation=${this.token} .forNewAccounts=${true}></sign-in-ways>` : nothing}
      <p class="doorstep__foot">
        <button type="button" class="button button--link" data-testid="join-sign-in" @click=${() => (this.hasAccount = true)}>${translate('join.have_account')}</button>
      </p>
    `);
  }

  #form() {
    return html`<form novalidate @submit=${this.#create} data-testid="join-form">
      ${formError(this.#sending.message)} ${newAccountFields(this.#sending.fields)}
      <button class="button button--main button--wide" data-testid="join-submit" aria-disabled=${this.#sending.busy}>${translate('join.join')}</button>
    </form>`;
  }

  /** @param {User} user */
  #asUser(user) {
    return signedOutLayout(html`
      <h1 class="doorstep__title" tabindex="-1">${translate('join.title')}</h1>
      <p class="doorstep__lead">${translateMarkup('join.accept_as', {name: html`<strong>${user.display_name}</strong>`, email: user.email})}</p>
      ${formError(this.#sending.message)}
      <button type="button" class="button button--main button--wide" data-testid="join-accept" aria-disabled=${this.#sending.busy} @click=${this.#accept}>${translate('join.accept')}</button>
      <p class="doorstep__foot"><a href="${BASE_PATH}/" data-testid="join-decline">${translate('join.decline')}</a></p>
    `);
  }

  async #accept() {
    if (await this.#sending.run((key) => this.api.acceptInvitation({token: this.token}, {key}), this.token)) this.emit('signed-in');
  }

  /** @param {SubmitEvent} event */
  async #create(event) {
    const account = {token: this.token, ...formValues(event), password: passwordOf(event)};
    if (await this.#sending.run((key) => this.api.acceptInvitation(account, {key}), account)) this.emit('signed-in');
  }
}

customElements.define('join-page', JoinPage);
