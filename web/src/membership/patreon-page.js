import './membership-words.js';
import '../words/later.js';
import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {newAccountFields} from '../account/new-account-fields.js';
import {passwordOf} from '../account/sign-in.js';
import {signedOutLayout} from '../account/signed-out-layout.js';
import {LightElement, required, liveRegion} from '../ui/base-elements.js';
import {formError, formField} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import {MembershipApi} from './membership-api.js';
import {beginPatreon, codeOf} from './patreon-authorization.js';

/**
 * @import {Api} from '../client/api.js'
 * @import {PatreonResult, User} from '../client/types.js'
 */

/** Where Patreon sends people back to, and where supporters join through it. Emits `signed-in` and `navigate`. */
export class PatreonPage extends LightElement {
  static properties = {
    api: {attribute: false},
    user: {attribute: false},
    query: {attribute: false},
    result: {state: true},
    linked: {state: true},
    refused: {state: true},
    unconfirmed: {state: true},
  };

  #sending = new FormSubmission(this, {
    not_found: 'patreon.no_membership',
    no_campaign: 'patreon.no_campaign',
    patreon_off: 'patreon.off',
    patreon_refused: 'patreon.refused',
    password_needed: 'ways.password_needed',
    sign_in_again: 'ways.sign_in_again',
  });

  get #api() {
    return new MembershipApi(this.api);
  }

  constructor() {
    super();
    /** @type {Api} */
    this.api = required();
    /** Who is signed in. @type {User | null} */
    this.user = null;
    this.query = new URLSearchParams();
    /** @type {PatreonResult | null} */
    this.result = null;
    /** Whether the user's own account is connected. */
    this.linked = false;
    this.refused = false;
    /** Whether the password has to be typed first. */
    this.unconfirmed = false;
  }

  firstUpdated() {
    if (this.query.has('code') || this.query.has('error')) this.#finish();
    else if (this.user) this.#readAccount();
  }

  async #readAccount() {
    this.linked = (await this.#api.patreonAccount().catch(() => ({linked: false}))).linked;
  }

  render() {
    return signedOutLayout(html`
      <h1 class="doorstep__title" tabindex="-1">${translate(this.result?.purpose === 'creator' ? 'patreon.title' : 'patreon.join_title')}</h1>
      ${formError(this.#sending.message || (this.refused ? translate('patreon.refused') : ''))} ${liveRegion('status', this.#told())} ${this.#content()}
    `);
  }

  /** What became of it. */
  #told() {
    if (!this.result) return this.#sending.busy ? html`<p class="doorstep__lead">${translate('patreon.working')}</p>` : nothing;
    const {purpose, creator_ids} = this.result;
    if (purpose === 'join') return nothing;
    const text = purpose === 'creator' ? 'patreon.done_creator' : creator_ids?.length ? 'patreon.linked' : 'patreon.linked_none';
    return html`<p class="doorstep__lead" data-testid="patreon-done">${translate(text)}</p>`;
  }

  #content() {
    if (this.result) return this.#outcome(this.result);
    if (this.#sending.busy) return nothing;
    return html`
      <p class="doorstep__lead">${translate(this.linked ? 'patreon.linked' : 'patreon.join_lead')}</p>
      ${
        this.linked
          ? html`<button type="button" class="button button--wide" data-testid="patreon-unlink" @click=${this.#unlink}>${translate('patreon.disconnect')}</button>`
          : this.#beginning()
      }
      ${this.user ? this.#home() : nothing}
    `;
  }

  /** Whose session isn't new types the password, because one can sign in with the account at Patreon from then on. */
  #beginning() {
    return html`<form novalidate @submit=${this.#begin} data-testid="patreon-form">
      ${
        this.unconfirmed
          ? html`<input type="text" name="username" autocomplete="username" .value=${this.user?.email ?? ''} hidden />
              ${formField({id: 'patreon-password', name: 'password', label: translate('account.password'), type: 'password', autocomplete: 'current-password', testid: 'patreon-password'})}`
          : nothing
      }
      <button class="button button--main button--wide" data-testid="patreon-continue">${translate('patreon.continue')}</button>
    </form>`;
  }

  /** @param {PatreonResult} result */
  #outcome(result) {
    switch (result.purpose) {
      case 'creator':
        return html`<p class="doorstep__foot"><a href="${BASE_PATH}/creators/${result.creator_id}/settings">${translate('app.go_home')}</a></p>`;
      case 'join':
        return html`<p class="doorstep__lead">${translate('patreon.new_account')}</p>
          <form novalidate data-testid="patreon-join" @submit=${(/** @type {SubmitEvent} */ event) => this.#join(event, result.token)}>
            ${newAccountFields(this.#sending.fields)}
            <button class="button button--main button--wide" data-testid="patreon-join-submit" aria-disabled=${this.#sending.busy}>${translate('join.join')}</button>
          </form>`;
      default:
        return this.#home();
    }
  }

  #home() {
    return html`<p class="doorstep__foot"><a href="${BASE_PATH}/" data-testid="patreon-home">${translate('app.go_home')}</a></p>`;
  }

  /** @param {SubmitEvent} event */
  async #begin(event) {
    event.preventDefault();
    const password = this.unconfirmed ? passwordOf(event) : '';
    await this.#sending.run(() => beginPatreon(this.#api, password ? {password} : {}));
    this.unconfirmed = ['password_needed', 'wrong_password'].includes(this.#sending.error?.code ?? '');
    await this.updateComplete;
    if (this.unconfirmed) /** @type {HTMLElement | null} */ (this.querySelector('#patreon-password'))?.focus();
  }

  async #unlink() {
    if (await this.#sending.run(() => this.#api.unlinkPatreon())) this.linked = false;
  }

  async #finish() {
    const code = codeOf(this.query);
    history.replaceState(null, '', `${BASE_PATH}/patreon`);
    if (!code) {
      this.refused = true;
      return;
    }
    /** @type {PatreonResult | undefined} */
    let result;
    if (!(await this.#sending.run(async () => (result = await this.#api.finishPatreon(code)))) || !result) return;
    if (result.purpose) this.result = result;
    if (result.user || result.creator_ids?.length) this.emit('signed-in');
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (!changed.has('result') || this.result?.purpose !== 'join') return;
    const fill = (/** @type {string} */ id, /** @type {string | null | undefined} */ text) => {
      const field = /** @type {HTMLInputElement | null} */ (this.querySelector(id));
      if (field && text) field.value = text;
    };
    fill('#display-name', this.result.display_name);
    fill('#email', this.result.email);
  }

  /** @param {SubmitEvent} event @param {string} [token] */
  async #join(event, token) {
    const account = {token, ...formValues(event), password: passwordOf(event)};
    if (await this.#sending.run((key) => this.#api.joinWithPatreon(account, {key}), account)) this.emit('signed-in');
  }
}

customElements.define('patreon-page', PatreonPage);
