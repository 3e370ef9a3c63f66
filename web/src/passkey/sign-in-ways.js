import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {LightElement, required} from '../ui/base-elements.js';
import {formError} from '../ui/form-field.js';
import {FormSubmission} from '../ui/form-submission.js';
import {hasTranslation, translate} from '../words/translate.js';
import '../words/later.js';
import {canUsePasskeys, isDismissed, signInWithPasskey} from './web-authn.js';

/**
 * @import {Api} from '../client/api.js'
 * @typedef {{password: boolean, passkey: boolean, oidc: {id: string, name: string, url: string}[], patreon: boolean}} SignInMethods
 */

/** The ways to sign in beside the password, and why one of them has failed. Emits `signed-in`. */
export class SignInWays extends LightElement {
  static properties = {api: {attribute: false}, methods: {attribute: false}, invitation: {attribute: false}, forNewAccounts: {attribute: false}};

  #sending = new FormSubmission(this, {passkey_refused: 'ways.passkey_refused', passkey_expired: 'ways.passkey_expired'});

  constructor() {
    super();
    /** @type {Api} */
    this.api = required();
    /** @type {SignInMethods} */
    this.methods = required();
    /** The token of the invitation that the visitor has opened, if any. */
    this.invitation = '';
    /** Whether only the ways are shown that can make a new account for an invitation. */
    this.forNewAccounts = false;
    this.refused = new URLSearchParams(location.search).get('refused') ?? '';
  }

  render() {
    const {oidc, password, passkey} = this.methods;
    const byPasskey = passkey && canUsePasskeys() && !this.forNewAccounts;
    const byPatreon = this.methods.patreon && !this.forNewAccounts;
    if (!byPasskey && !byPatreon && oidc.length === 0) return nothing;
    return html`<div class="ways" data-testid="sign-in-ways">
      ${password ? html`<p class="ways__or">${translate('ways.or')}</p>` : nothing} ${formError(this.#why())}
      ${
        byPasskey
          ? html`<button type="button" class="button button--wide" data-testid="sign-in-passkey" aria-disabled=${this.#sending.busy} @click=${this.#signIn}>${translate('ways.passkey')}</button>`
          : nothing
      }
      ${oidc.map(({id, name, url}) => html`<a class="button button--wide" href=${this.#addressOf(url)} data-testid="sign-in-provider" data-provider=${id}>${translate('ways.provider', {name})}</a>`)}
      ${byPatreon ? html`<a class="button button--wide" href="${BASE_PATH}/patreon" data-testid="sign-in-patreon">${translate('ways.provider', {name: 'Patreon'})}</a>` : nothing}
    </div>`;
  }

  #why() {
    if (this.#sending.message) return this.#sending.message;
    return this.refused ? refusalText(this.refused) : '';
  }

  /** @param {string} url */
  #addressOf(url) {
    if (this.invitation) return `${url}?invitation=${encodeURIComponent(this.invitation)}`;
    const path = location.pathname.slice(BASE_PATH.length);
    return /^\/[\w/-]+$/.test(path) ? `${url}?return=${path}` : url;
  }

  async #signIn() {
    this.refused = '';
    const sent = await this.#sending.run(() => signInWithPasskey(this.api.http)).catch((error) => this.#dismissed(error));
    if (sent) this.emit('signed-in');
  }

  /** @param {unknown} error */
  #dismissed(error) {
    this.#sending.clear();
    if (!isDismissed(error)) throw error;
    return false;
  }
}

/** @param {string} code with which the browser came back from a provider */
export function refusalText(code) {
  const key = [`refused.${code}`, `error.${code}`].find(hasTranslation);
  return translate(key ?? 'refused.other');
}

customElements.define('sign-in-ways', SignInWays);
