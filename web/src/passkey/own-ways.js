import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {SessionElement} from '../ui/base-elements.js';
import {formError, formField} from '../ui/form-field.js';
import {sentForm} from '../ui/form-draft.js';
import {FormSubmission, formValues} from '../ui/form-submission.js';
import {listFailure} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import {dateInWords} from '../words/time-text.js';
import {translate, translateMarkup} from '../words/translate.js';
import '../words/later.js';
import '../ui/confirm-button.js';
import '../ui/time-ago.js';
import {refusalText} from './sign-in-ways.js';
import {canUsePasskeys, createPasskey, isDismissed} from './web-authn.js';

/**
 * @import {SignInMethods} from './sign-in-ways.js'
 * @typedef {{id: number, name: string, created_at: string, last_used_at: string | null}} Passkey
 * @typedef {{id: number, provider: string, email: string | null, created_at: string, last_used_at: string | null}} Identity
 * @typedef {{linked: boolean, linked_at: string | null}} PatreonAccount
 */

const LAST = {last_way_in: 'ways.last'};
const UNCONFIRMED = {password_needed: 'ways.password_needed', sign_in_again: 'ways.sign_in_again'};

/** A part of the account page: the passkeys and providers with which one signs in, and the account at Patreon. */
export class OwnWays extends SessionElement {
  static properties = {methods: {state: true}, patreon: {state: true}, unconfirmed: {state: true}};

  #adding = new FormSubmission(this, {
    ...UNCONFIRMED,
    passkey_exists: 'ways.passkey_exists',
    too_many_passkeys: 'ways.passkey_many',
    passkey_refused: 'ways.passkey_refused',
    passkey_expired: 'ways.passkey_expired',
  });
  #removing = new FormSubmission(this, LAST);
  #linking = new FormSubmission(this, {...UNCONFIRMED, provider_unavailable: 'refused.provider_unavailable'});
  /** @type {PagedList<Passkey>} */
  #passkeys = new PagedList(this, () => this.session.api.http.get('/api/passkeys'));
  /** @type {PagedList<Identity>} */
  #identities = new PagedList(this, () => this.session.api.http.get('/api/identities'));

  constructor() {
    super();
    /** @type {SignInMethods | null} */
    this.methods = null;
    /** @type {PatreonAccount | null} */
    this.patreon = null;
    /** What waits until the password is typed. @type {((password: string) => Promise<void>) | null} */
    this.unconfirmed = null;
    this.refused = new URLSearchParams(location.search).get('refused') ?? '';
  }

  async firstUpdated() {
    this.#passkeys.load();
    this.#identities.load();
    this.#readPatreon();
    this.methods = await this.session.api.http.get('/api/auth/methods').catch(() => null);
  }

  async #readPatreon() {
    this.patreon = await this.session.api.http.get('/api/patreon/account').catch(() => null);
  }

  render() {
    const {methods, patreon} = this;
    const passkeys = this.#passkeys.items;
    const identities = this.#identities.items;
    const mayAdd = methods?.passkey && canUsePasskeys();
    const failure = [this.#passkeys, this.#identities].find(({error}) => error);
    if (!failure && !mayAdd && !methods?.oidc.length && !passkeys.length && !identities.length && !patreon?.linked) return nothing;
    return html`<section class="panel" aria-labelledby="ways-title" data-testid="own-ways">
      <h2 class="panel__title" id="ways-title">${translate('ways.title')}</h2>
      <p class="panel__text">${translate('ways.lead')}</p>
      ${formError(this.#removing.message || this.#linking.message || (this.refused && refusalText(this.refused)))} ${failure ? listFailure(failure) : nothing}
      <ul class="rows">
        ${repeat(
          passkeys,
          ({id}) => `passkey ${id}`,
          (passkey) => this.#row('passkey', passkey, passkey.name, translate('ways.kind_passkey')),
        )}
        ${repeat(
          identities,
          ({id}) => `identity ${id}`,
          (identity) => this.#row('identity', identity, identity.provider, identity.email ?? ''),
        )}
        ${patreon?.linked_at ? this.#patreonRow(patreon.linked_at) : nothing}
      </ul>
      ${mayAdd ? this.#newPasskey() : nothing} ${this.unconfirmed ? this.#confirmation(this.unconfirmed) : nothing}
      <div class="ways">
        ${methods?.oidc.map(
          ({
            id,
            name,
          }) => html`<button type="button" class="button" data-testid="own-link" data-provider=${id} aria-disabled=${this.#linking.busy} @click=${() => this.#link(id)}>
            ${translate('ways.add_provider', {name})}
          </button>`,
        )}
      </div>
    </section>`;
  }

  #newPasskey() {
    return html`<form novalidate @submit=${this.#add} data-testid="passkey-form">
      ${formError(this.#adding.message)}
      ${formField({id: 'passkey-name', name: 'name', label: translate('ways.passkey_name'), hint: translate('ways.passkey_hint'), maxlength: 60, testid: 'passkey-name', error: this.#adding.fields.name})}
      <button class="button" data-testid="passkey-add" aria-disabled=${this.#adding.busy}>${translate('ways.passkey_add')}</button>
    </form>`;
  }

  /** @param {(password: string) => Promise<void>} again */
  #confirmation(again) {
    const confirm = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      again(String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('password') ?? ''));
    };
    return html`<form novalidate @submit=${confirm} data-testid="ways-confirm-form">
      <input type="text" name="username" autocomplete="username" .value=${this.session.me.user.email} hidden />
      ${formField({id: 'ways-password', name: 'password', label: translate('account.password'), type: 'password', autocomplete: 'current-password', testid: 'ways-password'})}
      <button class="button" data-testid="ways-confirm" aria-disabled=${this.#adding.busy || this.#linking.busy}>${translate('ways.confirm')}</button>
    </form>`;
  }

  /**
   * Asks for the password where the session isn't new.
   *
   * @param {FormSubmission} sent @param {(password: string) => Promise<void>} again
   */
  async #confirmLater(sent, again) {
    const refused = ['password_needed', 'wrong_password'].includes(sent.error?.code ?? '');
    this.unconfirmed = refused ? again : null;
    await this.updateComplete;
    if (refused) /** @type {HTMLElement | null} */ (this.querySelector('#ways-password'))?.focus();
  }

  /** @param {'passkey' | 'identity'} kind @param {Passkey | Identity} way @param {string} name @param {string} detail */
  #row(kind, {id, created_at, last_used_at}, name, detail) {
    const used = last_used_at ? translateMarkup('keys.used', {time: html`<time-ago .time=${last_used_at}></time-ago>`}) : translate('keys.unused');
    return html`<li class="row" data-testid="own-${kind}">
      <div class="row__main">
        <p class="row__name"><bdi>${name}</bdi></p>
        <p class="row__sub"><bdi>${detail}</bdi> · ${translate('ways.added', {date: dateInWords(created_at)})} · <span data-testid="way-used">${used}</span></p>
      </div>
      <div class="row__actions">
        <confirm-button testid="way-remove" label=${translate('ways.remove')} question=${translate('ways.remove_sure', {name})} yes=${translate('ways.remove')} @confirmed=${() => this.#remove(kind, id)}></confirm-button>
      </div>
    </li>`;
  }

  /** @param {string} linkedAt */
  #patreonRow(linkedAt) {
    const name = 'Patreon';
    return html`<li class="row" data-testid="own-patreon">
      <div class="row__main">
        <p class="row__name"><bdi>${name}</bdi></p>
        <p class="row__sub">${translate('ways.added', {date: dateInWords(linkedAt)})}</p>
      </div>
      <div class="row__actions">
        <confirm-button testid="way-remove" label=${translate('ways.remove')} question=${translate('ways.remove_sure', {name})} yes=${translate('ways.remove')} @confirmed=${() => this.#removePatreon()}></confirm-button>
      </div>
    </li>`;
  }

  async #removePatreon() {
    if (await this.#removing.run(() => this.session.api.http.delete('/api/patreon/account'))) this.showToast(translate('ways.removed'));
    this.#readPatreon();
  }

  /** @param {SubmitEvent} event */
  async #add(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const {name = translate('ways.passkey_usual')} = formValues(event);
    await this.#create(form, name, '');
  }

  /** @param {HTMLFormElement} form @param {string} name @param {string} password */
  async #create(form, name, password) {
    const clear = sentForm(form);
    const added = await this.#adding
      .run(() => createPasskey(this.session.api.http, name, password), {name})
      .catch((error) => {
        this.#adding.clear();
        if (!isDismissed(error)) throw error;
        return false;
      });
    await this.#confirmLater(this.#adding, (typed) => this.#create(form, name, typed));
    if (!added) return;
    clear();
    this.showToast(translate('ways.passkey_added'));
    this.#passkeys.load();
  }

  /** @param {'passkey' | 'identity'} kind @param {number} id */
  async #remove(kind, id) {
    const path = kind === 'passkey' ? `/api/passkeys/${id}` : `/api/identities/${id}`;
    if (await this.#removing.run(() => this.session.api.http.delete(path))) this.showToast(translate('ways.removed'));
    this.#passkeys.load();
    this.#identities.load();
  }

  /** @param {string} provider @param {string} [password] */
  async #link(provider, password) {
    await this.#linking.run(async () => {
      const {url} = await this.session.api.http.post(`/api/auth/oidc/${provider}/link`, password ? {password} : undefined);
      location.assign(url);
    });
    await this.#confirmLater(this.#linking, (typed) => this.#link(provider, typed));
  }
}

customElements.define('own-ways', OwnWays);
