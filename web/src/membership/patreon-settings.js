import './membership-words.js';
import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {formError} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translate, translateMarkup} from '../words/translate.js';
import {MembershipApi} from './membership-api.js';
import {beginPatreon} from './patreon-authorization.js';
import {sourceTiersForm, sourceTiersOf} from './source-tiers.js';
import '../key/copy-field.js';
import '../ui/confirm-button.js';
import '../ui/time-ago.js';

/** @import {MembershipSource, Tier} from '../client/types.js' */

/** A part of the creator's settings: the connection with Patreon. */
export class PatreonSettings extends SessionElement {
  static properties = {creatorId: {attribute: false}, source: {state: true}, tiers: {state: true}};

  #reading = new FormSubmission(this);
  #connecting = new FormSubmission(this);
  #syncing = new FormSubmission(this, {sync_running: 'patreon.sync_running', source_revoked: 'patreon.problem_revoked'});
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
      const [source, {items}] = await Promise.all([this.#api.patreon(this.creatorId), this.session.api.tiers(this.creatorId)]);
      this.tiers = items;
      this.source = {...source, kind: 'patreon'};
    });
  }

  render() {
    return html`<section class="panel" aria-labelledby="patreon-title" aria-busy=${this.#reading.busy} data-testid="patreon-settings">
      <h2 class="panel__title" id="patreon-title">${translate('patreon.title')}</h2>
      <p class="panel__text">${translate('patreon.lead')}</p>
      ${formError(this.#reading.message || this.#connecting.message)} ${this.source ? this.#state(this.source) : nothing}
    </section>`;
  }

  /** @param {MembershipSource} source */
  #state(source) {
    if (!source.available && !source.connected) return html`<p class="panel__text" data-testid="patreon-off">${translate('patreon.off')}</p>`;
    if (!source.connected) return this.#connectButton(translate('patreon.connect'));
    const {account_name, problem, webhook, unknown} = source;
    return html`
      ${problem ? html`<p class="notice notice--bad" role="alert" data-testid="patreon-problem">${translate(`patreon.problem_${problem}`)}</p>` : nothing}
      <p class="panel__text" data-testid="patreon-account">${translate('patreon.connected', {name: account_name})}</p>
      <p class="panel__text" data-testid="patreon-synced">${this.#synced(source)}</p>
      ${unknown ? html`<p class="panel__text">${translate('patreon.unknown', {amount: unknown})}</p>` : nothing}
      ${webhook ? nothing : html`<p class="panel__text">${translate('patreon.no_webhook')}</p>`} ${formError(this.#syncing.message)}
      <div class="buttons">
        <button type="button" class="button" data-testid="patreon-sync" aria-disabled=${this.#syncing.busy} @click=${this.#sync}>${translate('patreon.sync')}</button>
        ${this.#connectButton(translate('patreon.reconnect'), problem === 'revoked')}
        <confirm-button testid="patreon-disconnect" label=${translate('patreon.disconnect')} question=${translate('patreon.disconnect_sure')} yes=${translate('patreon.disconnect')} @confirmed=${this.#disconnect}></confirm-button>
      </div>
      ${sourceTiersForm(source, this.tiers, this.#saving, (event) => this.#save(event, source))}
      <copy-field testid="patreon-link" label=${translate('patreon.share')} value="${location.origin}${BASE_PATH}/patreon"></copy-field>
      <p class="panel__text">${translate('patreon.share')}</p>
    `;
  }

  /** @param {MembershipSource} source */
  #synced({synced_at, added = 0, changed = 0, ended = 0}) {
    if (!synced_at) return translate('patreon.never_synced');
    return translateMarkup('patreon.synced', {time: html`<time-ago .time=${synced_at}></time-ago>`, added, changed, ended});
  }

  /** @param {string} label */
  #connectButton(label, main = true) {
    return html`<button type="button" class="button ${main ? 'button--main' : ''}" data-testid="patreon-connect" aria-disabled=${this.#connecting.busy} @click=${this.#connect}>${label}</button>`;
  }

  async #connect() {
    await this.#connecting.run(() => beginPatreon(this.#api, {creator_id: this.creatorId}));
  }

  async #sync() {
    await this.#syncing.run(() => this.#api.syncPatreon(this.creatorId));
    this.#read();
  }

  async #disconnect() {
    if (await this.#syncing.run(() => this.#api.disconnectPatreon(this.creatorId))) this.#read();
  }

  /** @param {SubmitEvent} event @param {MembershipSource} source */
  async #save(event, source) {
    const mapping = sourceTiersOf(source, formValues(event));
    if (!(await this.#saving.run(() => this.#api.mapPatreonTiers(mapping), mapping))) return;
    this.showToast(translate('patreon.saved'));
    this.#read();
  }
}

customElements.define('patreon-settings', PatreonSettings);
