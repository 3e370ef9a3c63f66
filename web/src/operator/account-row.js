import {html, nothing} from 'lit';
import {SessionElement, required} from '../ui/base-elements.js';
import {formError, formField} from '../ui/form-field.js';
import {FormSubmission, formValues} from '../ui/form-submission.js';
import {dateInWords} from '../words/time-text.js';
import {translate, translateMarkup} from '../words/translate.js';
import '../words/later.js';
import '../key/copy-field.js';
import '../ui/confirm-button.js';
import '../ui/time-ago.js';
import {OperatorApi} from './operator-api.js';

/** @import {Account, AccountDetail, AccountSession} from './operator-api.js' */

/** One account with what the operator can do about it. Emits `changed`. */
export class AccountRow extends SessionElement {
  static properties = {account: {attribute: false}, detail: {state: true}, link: {state: true}};

  #changing = new FormSubmission(this, {
    own_account: 'operator.own_account',
    already_creator: 'operator.already_creator',
    creator_in_use: 'operator.creator_in_use',
    account_disabled: 'operator.enable_first',
    operator_account: 'operator.reset_operator',
  });

  constructor() {
    super();
    /** @type {Account} */
    this.account = required();
    /** @type {AccountDetail | null} */
    this.detail = null;
    /** The address of a one-time link, once it is made. */
    this.link = '';
  }

  get #api() {
    return new OperatorApi(this.session.api.http);
  }

  render() {
    const {id, display_name, email, disabled_at, last_used_at} = this.account;
    return html`<div class="row ${disabled_at ? 'row--off' : ''}" data-testid="account" data-user-id=${id}>
        <div class="row__main">
          <p class="row__name"><bdi>${display_name}</bdi> ${this.#badges()}</p>
          <p class="row__sub"><bdi>${email}</bdi>${last_used_at ? html` · ${translateMarkup('own.session_used', {time: html`<time-ago .time=${last_used_at}></time-ago>`})}` : nothing}</p>
        </div>
        <div class="row__actions">
          <button type="button" class="button button--quiet" data-testid="account-open" aria-expanded=${this.detail ? 'true' : 'false'} @click=${this.#toggle}>${translate(this.detail ? 'operator.close' : 'operator.open')}</button>
        </div>
      </div>
      ${formError(this.#changing.message)} ${this.detail ? this.#details(this.detail) : nothing}`;
  }

  #badges() {
    const {operator, creator, disabled_at} = this.account;
    const badge = (/** @type {string} */ text) => html`<span class="badge">${text}</span> `;
    return [
      operator ? badge(translate('operator.is_operator')) : nothing,
      creator ? badge(translate('operator.is_creator')) : nothing,
      disabled_at ? badge(translate('operator.is_disabled')) : nothing,
    ];
  }

  /** @param {AccountDetail} detail */
  #details({id, created_at, disabled_at, creator, has_password, passkeys, identities, patreon, session_list}) {
    const own = id === this.session.me.user.id;
    return html`<div class="row__details" data-testid="account-details">
      <p class="row__sub">
        ${translate('operator.since', {date: dateInWords(created_at)})} · ${translate(has_password ? 'operator.has_password' : 'operator.no_password')} · ${translate('operator.passkeys', {count: passkeys})} ·
        ${translate('operator.identities', {count: identities})}${patreon ? html` · ${translate('operator.patreon')}` : nothing}
      </p>
      <div class="row__actions">
        <button type="button" class="button" data-testid="account-reset" aria-disabled=${this.#changing.busy} @click=${this.#reset}>${translate('operator.reset')}</button>
        ${
          own
            ? nothing
            : html`<confirm-button testid="account-disable" label=${translate(disabled_at ? 'operator.enable' : 'operator.disable')} question=${disabled_at ? '' : translate('operator.disable_sure')}
              yes=${translate(disabled_at ? 'operator.enable' : 'operator.disable')} ?disabled=${this.#changing.busy} @confirmed=${() => this.#change(disabled_at ? 'enable' : 'disable')}></confirm-button>`
        }
      </div>
      ${this.link ? html`<p class="panel__text">${translate('operator.reset_lead')}</p><copy-field testid="account-link-made" label=${translate('operator.reset')} .value=${this.link}></copy-field>` : nothing}
      ${creator ? this.#creatorEnd() : this.#creatorForm()}
      <h3 class="panel__title">${translate('own.sessions')}</h3>
      <ul class="rows" data-testid="account-sessions">
        ${session_list.map((session) => this.#session(session))}
      </ul>
      ${
        session_list.length > 1 && !own
          ? html`<confirm-button testid="account-sessions-end" label=${translate('operator.end_all')} question=${translate('operator.end_all_sure')} yes=${translate('operator.end_all')}
            @confirmed=${() => this.#run(() => this.#api.endSessions(id))}></confirm-button>`
          : nothing
      }
    </div>`;
  }

  #creatorEnd() {
    return html`<confirm-button testid="account-creator-end" label=${translate('operator.end_creator')} question=${translate('operator.end_creator_sure')} yes=${translate('operator.end_creator')}
      @confirmed=${() => this.#run(() => this.#api.closeCreator(this.account.id))}></confirm-button>`;
  }

  #creatorForm() {
    return html`<form novalidate @submit=${this.#makeCreator} data-testid="account-creator-form">
      ${formField({id: `creator-name-${this.account.id}`, name: 'name', label: translate('operator.creator_name'), value: this.account.display_name, maxlength: 100, testid: 'account-creator-name', error: this.#changing.fields.name})}
      <button class="button" data-testid="account-creator" aria-disabled=${this.#changing.busy}>${translate('operator.make_creator')}</button>
    </form>`;
  }

  /** @param {AccountSession} session */
  #session({id, client, address, last_used_at, acknowledged}) {
    return html`<li class="row" data-testid="account-session">
      <div class="row__main">
        <p class="row__name">${client ?? translate('own.session_unknown')}</p>
        <p class="row__sub">
          ${translateMarkup('own.session_used', {time: html`<time-ago .time=${last_used_at}></time-ago>`})}${address ? html` · <bdi>${address}</bdi>` : nothing}
          ${acknowledged === null ? nothing : html` · ${translate('operator.confirmed', {number: acknowledged})}`}
        </p>
      </div>
      <div class="row__actions">
        <confirm-button testid="account-session-end" label=${translate('operator.end')} question=${translate('operator.end_sure')} yes=${translate('operator.end')}
          @confirmed=${() => this.#run(() => this.#api.endSession(this.account.id, id))}></confirm-button>
      </div>
    </li>`;
  }

  async #toggle() {
    this.link = '';
    if (this.detail) this.detail = null;
    else await this.#read();
  }

  async #read() {
    await this.#changing.run(async () => (this.detail = await this.#api.account(this.account.id)));
  }

  /** @param {() => Promise<unknown>} command */
  async #run(command) {
    if (!(await this.#changing.run(command))) return;
    await this.#read();
    this.emit('changed');
  }

  /** @param {'disable' | 'enable'} what */
  #change(what) {
    return this.#run(() => this.#api.change(this.account.id, what));
  }

  async #reset() {
    await this.#changing.run(async () => (this.link = (await this.#api.resetLink(this.account.id)).url));
  }

  /** @param {SubmitEvent} event */
  async #makeCreator(event) {
    const {name = ''} = formValues(event);
    const made = await this.#changing.run((key) => this.#api.makeCreator(this.account.id, name, key), {name});
    if (!made) return;
    await this.#read();
    this.emit('changed');
  }
}

customElements.define('account-row', AccountRow);
