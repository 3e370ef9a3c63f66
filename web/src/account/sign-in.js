import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {LightElement, required} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import {signedOutLayout} from './signed-out-layout.js';

/** @import {Api} from '../client/api.js' */

/** The sign-in form. Emits `signed-in`. */
export class SignIn extends LightElement {
  static properties = {api: {attribute: false}, reason: {}, invitation: {attribute: false}, methods: {state: true}};

  #sending = new FormSubmission(this);

  constructor() {
    super();
    /** @type {Api} */
    this.api = required();
    /** Why the visitor is asked to sign in. */
    this.reason = '';
    /** The token of the invitation that the visitor has opened, if any. */
    this.invitation = '';
    /** What there is beside the password, once its module is here. @type {any} */
    this.methods = null;
  }

  render() {
    const wrong = this.#sending.fields;
    return signedOutLayout(html`
      <h1 class="doorstep__title" tabindex="-1">${translate('account.sign_in')}</h1>
      ${this.reason ? html`<p class="notice" role="status" data-testid="sign-in-reason">${this.reason}</p>` : nothing}
      ${this.methods?.password === false ? nothing : this.#form(wrong)}
      ${this.methods ? html`<sign-in-ways .api=${this.api} .methods=${this.methods} .invitation=${this.invitation}></sign-in-ways>` : nothing}
      ${this.methods?.password === false ? nothing : html`<p class="doorstep__foot">${this.methods?.mail ? html`<a href="${BASE_PATH}/news" data-testid="forgot-password">${translate('account.forgot_mail')}</a>` : translate('account.forgot')}</p>`}
      <p class="doorstep__foot">${translate('account.new_here')}</p>
    `);
  }

  /** @param {Record<string, string>} wrong */
  #form(wrong) {
    return html`<form novalidate @submit=${this.#send} data-testid="login-form">
        ${this.#sending.message ? html`<div data-testid="login-error">${formError(this.#sending.message)}</div>` : nothing}
        ${formField({id: 'email', name: 'email', label: translate('account.email'), type: 'email', autocomplete: 'username', testid: 'login-email', error: wrong.email})}
        ${formField({id: 'password', name: 'password', label: translate('account.password'), type: 'password', autocomplete: 'current-password', testid: 'login-password', error: wrong.password})}
        <button class="button button--main button--wide" data-testid="login-submit" aria-disabled=${this.#sending.busy}>${translate(this.#sending.busy ? 'account.signing_in' : 'account.sign_in')}</button>
      </form>`;
  }

  firstUpdated() {
    /** @type {HTMLElement | null} */ (this.querySelector('#email'))?.focus();
    loadMethods(this.api).then(
      (methods) => (this.methods = methods),
      () => {},
    );
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const {email = '', password = ''} = {...formValues(event), password: passwordOf(event)};
    const account = {email, password};
    if (await this.#sending.run(() => this.api.signIn(account), account)) this.emit('signed-in');
  }
}

/** What there is beside the password, with the module that shows it. @param {Api} api */
export async function loadMethods(api) {
  const methods = await api.http.get('/api/auth/methods');
  if (methods.oidc.length || methods.passkey || methods.patreon) await import('../passkey/sign-in-ways.js');
  return methods;
}

/** A password is taken as it is typed, blanks included. @param {Event} event */
export function passwordOf(event) {
  return String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('password') ?? '');
}

customElements.define('sign-in', SignIn);
