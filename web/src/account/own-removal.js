import {html, nothing} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import '../ui/confirm-button.js';
import '../words/later.js';

/** Deletes the account, for good. */
export class OwnRemoval extends SessionElement {
  static properties = {password: {state: true}};

  #sending = new FormSubmission(this, {sign_in_again: 'ways.sign_in_again'});

  constructor() {
    super();
    this.password = '';
  }

  render() {
    return html`<form class="panel panel--form" novalidate @submit=${(/** @type {Event} */ event) => event.preventDefault()} @input=${this.#typed} data-testid="own-removal-form">
      <h2 class="panel__title">${translate('own.delete')}</h2>
      <p class="panel__text">${translate('own.delete_lead')}</p>
      ${formError(this.#sending.message)}
      <input type="text" name="username" autocomplete="username" .value=${this.session.me.user.email} hidden />
      ${
        this.session.me.has_password
          ? formField({
              id: 'own-removal-password',
              name: 'password',
              label: translate('account.password'),
              type: 'password',
              autocomplete: 'current-password',
              testid: 'own-removal-password',
              error: this.#sending.fields.password,
            })
          : nothing
      }
      <confirm-button testid="own-removal" look="button--bad-quiet" label=${translate('own.delete_do')} question=${translate('own.delete_sure')} yes=${translate('own.delete')}
        ?disabled=${this.#sending.busy || (this.session.me.has_password && this.password === '')} @confirmed=${this.#remove}></confirm-button>
    </form>`;
  }

  /** @param {InputEvent} event */
  #typed(event) {
    this.password = String(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get('password') ?? '');
  }

  async #remove() {
    const {password} = this;
    if (!(await this.#sending.run(() => this.session.api.deleteMe(password), {password}))) return;
    this.showToast(translate('own.deleted'));
    this.session.forget();
  }
}

customElements.define('own-removal', OwnRemoval);
