import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {FormDraft} from '../ui/form-draft.js';
import {SessionElement} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {icon} from '../ui/icon-set.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import '../key/account-keys.js';
import '../passkey/own-ways.js';
import './own-handover.js';
import './own-memberships.js';
import './own-password.js';
import './own-removal.js';
import './own-sessions.js';
import '../news/news-settings.js';
import '../words/later.js';

/** What people change about themselves: name and address, password, sessions. */
export class OwnAccountPage extends SessionElement {
  #saving = new FormSubmission(this, {unreachable: 'error.unreachable_kept', email_taken: 'own.email_taken'});
  #draft = new FormDraft(this, () => ({drafts: this.session.drafts, form: 'own-account'}));

  render() {
    return html`<div class="narrow">
      <header class="page-head"><h1 tabindex="-1">${translate('own.title')}</h1></header>
      ${this.#profile()}
      <own-password .session=${this.session}></own-password>
      <own-ways .session=${this.session}></own-ways>
      <own-sessions .session=${this.session}></own-sessions>
      <own-memberships .session=${this.session}></own-memberships>
      <news-settings .session=${this.session}></news-settings>
      <account-keys .session=${this.session}></account-keys>
      ${this.#export()}
      ${this.session.store.creators.has(this.session.me.user.id) ? html`<own-handover .session=${this.session}></own-handover>` : nothing}
      <own-removal .session=${this.session}></own-removal>
    </div>`;
  }

  #profile() {
    const {display_name, email} = this.session.me.user;
    const wrong = this.#saving.fields;
    return html`<form class="panel panel--form" novalidate @submit=${this.#save} data-testid="own-profile-form">
      <h2 class="panel__title">${translate('own.profile')}</h2>
      ${formError(this.#saving.message)}
      ${formField({id: 'own-name', name: 'display_name', label: translate('account.name'), value: display_name, autocomplete: 'name', maxlength: 100, testid: 'own-name', error: wrong.display_name})}
      ${formField({
        id: 'own-email',
        name: 'email',
        label: translate('account.email'),
        type: 'email',
        value: email,
        autocomplete: 'email',
        hint: translate('own.email_hint'),
        testid: 'own-email',
        error: wrong.email,
      })}
      <button class="button button--main" data-testid="own-profile-submit" aria-disabled=${this.#saving.busy}>${translate('form.save')}</button>
    </form>`;
  }

  #export() {
    return html`<section class="panel">
      <h2 class="panel__title">${translate('own.export')}</h2>
      <p class="panel__text">${translate('own.export_lead')}</p>
      <a class="button" href="${BASE_PATH}/api/me/export" download="bookbell-data.json" data-testid="own-export">${icon('download')} ${translate('own.export_do')}</a>
    </section>`;
  }

  /** @param {SubmitEvent} event */
  async #save(event) {
    const {display_name = '', email = ''} = formValues(event);
    const change = {display_name, email};
    if (!(await this.#saving.run(async (key) => this.session.adoptMe(await this.session.api.changeMe(change, {key})), change))) return;
    this.#draft.drop();
    const waits = email !== '' && email.toLowerCase() !== this.session.me.user.email.toLowerCase();
    this.showToast(waits ? translate('news.check_mail', {address: email}) : translate('own.saved'));
  }
}

customElements.define('own-account-page', OwnAccountPage);
