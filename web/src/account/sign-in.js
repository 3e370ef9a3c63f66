import {html, nothing} from 'lit';
import {Element, given} from '../ui/base-elements.js';
import {field, formError} from '../ui/form-field.js';
import {fieldsOf, Submission} from '../ui/form-submission.js';
import {say} from '../words/translate.js';
import {doorstep} from './signed-out-layout.js';

/** @import {Api} from '../client/api.js' */

/** The sign-in form. Emits `signed-in`. */
export class SignIn extends Element {
  static properties = {api: {attribute: false}, reason: {}};

  #sending = new Submission(this);

  constructor() {
    super();
    /** @type {Api} */
    this.api = given();
    /** Why the visitor is asked to sign in. */
    this.reason = '';
  }

  render() {
    const wrong = this.#sending.fields;
    return doorstep(html`
      <h1 class="doorstep__title" tabindex="-1">${say('account.sign_in')}</h1>
      ${this.reason ? html`<p class="notice" role="status" data-testid="sign-in-reason">${this.reason}</p>` : nothing}
      <form novalidate @submit=${this.#send} data-testid="login-form">
        ${this.#sending.message ? html`<div data-testid="login-error">${formError(this.#sending.message)}</div>` : nothing}
        ${field({id: 'email', name: 'email', label: say('account.email'), type: 'email', autocomplete: 'username', testid: 'login-email', error: wrong.email})}
        ${field({id: 'password', name: 'password', label: say('account.password'), type: 'password', autocomplete: 'current-password', testid: 'login-password', error: wrong.password})}
        <button class="button button--main button--wide" data-testid="login-submit" ?disabled=${this.#sending.busy}>${say(this.#sending.busy ? 'account.signing_in' : 'account.sign_in')}</button>
      </form>
      <p class="doorstep__foot">${say('account.new_here')}</p>
    `);
  }

  firstUpdated() {
    /** @type {HTMLElement | null} */ (this.querySelector('#email'))?.focus();
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const {email = '', password = ''} = {...fieldsOf(event), password: passwordOf(event)};
    const account = {email, password};
    if (await this.#sending.run(() => this.api.signIn(account), account)) this.emit('signed-in');
  }
}

/** A password is taken as it is typed, blanks included. @param {Event} event */
export function passwordOf(event) {
  return String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('password') ?? '');
}

customElements.define('sign-in', SignIn);
