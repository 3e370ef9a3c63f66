import './membership-words.js';
import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {formError, formField} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import {MembershipApi} from './membership-api.js';
import {sourceTiersForm, sourceTiersOf} from './source-tiers.js';
import '../key/copy-field.js';
import '../ui/confirm-button.js';

/** @import {MembershipSource, Tier} from '../client/types.js' */

/** A part of the creator's settings: the connection with Ko-fi. */
export class KofiSettings extends SessionElement {
  static properties = {creatorId: {attribute: false}, source: {state: true}, tiers: {state: true}};

  #reading = new FormSubmission(this);
  #connecting = new FormSubmission(this);
  #saving = new FormSubmission(this);

  get #api() {
    return new MembershipApi(this.session.api);
  }

  constructor() {
    super();
    this.creatorId = 0;
    /** @type {MembershipSource | null} */
    this.source = null;
    /** @type {Tier[]} */
    this.tiers = [];
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('creatorId')) this.#read();
  }

  async #read() {
    await this.#reading.run(async () => {
      const [source, {items}] = await Promise.all([this.#api.kofi(this.creatorId), this.session.api.tiers(this.creatorId)]);
      this.tiers = items;
      this.source = {...source, kind: 'kofi'};
    });
  }

  render() {
    const address = `${location.origin}${BASE_PATH}/api/kofi/webhook/${this.creatorId}`;
    return html`<section class="panel" aria-labelledby="kofi-title" aria-busy=${this.#reading.busy} data-testid="kofi-settings">
      <h2 class="panel__title" id="kofi-title">${translate('kofi.title')}</h2>
      <p class="panel__text">${translate('kofi.lead')}</p>
      ${formError(this.#reading.message)}
      ${this.source?.problem === 'revoked' ? html`<p class="notice notice--bad" role="alert" data-testid="kofi-problem">${translate('kofi.problem_revoked')}</p>` : nothing}
      <copy-field testid="kofi-address" label=${translate('kofi.address')} value=${address}></copy-field>
      <form class="panel__form" novalidate data-testid="kofi-form" @submit=${this.#connect}>
        ${formError(this.#connecting.message)}
        ${formField({id: 'kofi-token', name: 'verification_token', label: translate('kofi.token'), hint: translate('kofi.token_hint'), testid: 'kofi-token', error: this.#connecting.fields.verification_token})}
        <button class="button ${this.source?.connected ? '' : 'button--main'}" data-testid="kofi-submit" aria-disabled=${this.#connecting.busy}>${translate('form.save')}</button>
      </form>
      ${this.source?.connected ? this.#connected(this.source) : nothing}
    </section>`;
  }

  /** @param {MembershipSource} source */
  #connected(source) {
    return html`${sourceTiersForm(source, this.tiers, this.#saving, (event) => this.#save(event, source))}
      ${source.unknown ? html`<p class="panel__text">${translate('patreon.unknown', {amount: source.unknown})}</p>` : nothing}
      <confirm-button testid="kofi-disconnect" label=${translate('patreon.disconnect')} question=${translate('patreon.disconnect_sure')} yes=${translate('patreon.disconnect')} @confirmed=${this.#disconnect}></confirm-button>`;
  }

  /** @param {SubmitEvent} event */
  async #connect(event) {
    const {verification_token = ''} = formValues(event);
    const connection = {creator_id: this.creatorId, verification_token};
    if (await this.#connecting.run(() => this.#api.connectKofi(connection), connection)) this.#read();
  }

  async #disconnect() {
    if (await this.#connecting.run(() => this.#api.disconnectKofi(this.creatorId))) this.#read();
  }

  /** @param {SubmitEvent} event @param {MembershipSource} source */
  async #save(event, source) {
    const mapping = sourceTiersOf(source, formValues(event));
    if (!(await this.#saving.run(() => this.#api.mapKofiTiers(mapping), mapping))) return;
    this.showToast(translate('patreon.saved'));
    this.#read();
  }
}

customElements.define('kofi-settings', KofiSettings);
