import {html, nothing} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import '../words/later.js';

/** The form for a new password. Emits `password-changed`: all other sessions have ended. */
export class OwnPassword extends SessionElement {
  #sending = new FormSubmission(this, {sign_in_again: 'ways.sign_in_again'});

  render() {
    const wrong = this.#sending.fields;
    const has = this.session.me.has_password;
    return html`<form class="panel panel--form" novalidate @submit=${this.#send} data-testid="own-password-form">
      <h2 class="panel__title">${translate('own.password_title')}</h2>
      <p class="panel__text">${translate('own.password_lead')}</p>
      ${formError(this.#sending.message)}
      <input type="text" name="username" autocomplete="username" .value=${this.session.me.user.email} hidden />
      ${has ? formField({id: 'own-current', name: 'current', label: translate('own.current'), type: 'password', autocomplete: 'current-password', testid: 'own-current', error: wrong.current}) : nothing}
      ${formField({
        id: 'own-new',
        name: 'new',
        label: translate('own.new'),
        type: 'password',
        autocomplete: 'new-password',
        hint: translate('account.password_rule'),
        testid: 'own-new',
        error: wrong.new,
      })}
      <button class="button button--main" data-testid="own-password-submit" aria-disabled=${this.#sending.busy}>${translate('own.password_title')}</button>
    </form>`;
  }

  /** Passwords are taken as they are typed. @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const typed = new FormData(form);
    const replacement = String(typed.get('new') ?? '');
    const change = this.session.me.has_password ? {current: String(typed.get('current') ?? ''), new: replacement} : {new: replacement};
    if (!(await this.#sending.run(() => this.session.api.changePassword(change), change))) return;
    form.reset();
    this.session.me.has_password = true;
    this.showToast(translate('own.password_changed'));
    this.emit('password-changed');
  }
}

customElements.define('own-password', OwnPassword);
