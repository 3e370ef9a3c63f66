import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {SessionElement} from '../ui/base-elements.js';
import {formError} from '../ui/form-field.js';
import {FormSubmission} from '../ui/form-submission.js';
import {listFooter, readFailure} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import {searchField} from '../ui/search-field.js';
import {translate} from '../words/translate.js';
import '../news/news-words.js';
import '../words/later.js';
import '../ui/confirm-button.js';
import './account-row.js';
import {OperatorApi} from './operator-api.js';

/** @import {Account, Connected, OutboxKind, SignInSettings} from './operator-api.js' */

/** How often the list of who is connected is read, ms. */
const EVERY = 5_000;

/** The operator's view of people: how they sign in, who is connected, and all accounts. */
export class OperatorPage extends SessionElement {
  static properties = {sought: {state: true}, settings: {state: true}, failure: {state: true}};

  #changing = new FormSubmission(this, {no_other_way: 'operator.no_other_way'});
  /** @type {PagedList<Account>} */
  #accounts = new PagedList(this, (cursor) => this.#api.accounts(this.sought, cursor));
  /** @type {PagedList<Connected>} */
  #connected = new PagedList(this, () => this.#api.connections());
  /** @type {PagedList<OutboxKind>} */
  #outbox = new PagedList(this, () => this.#api.outbox());
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  constructor() {
    super();
    this.sought = '';
    /** @type {SignInSettings | null} */
    this.settings = null;
    /** Why the settings could not be read. @type {Error | null} */
    this.failure = null;
  }

  get #api() {
    return new OperatorApi(this.session.api.http);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#timer = setInterval(() => document.hidden || this.#loadCurrent(), EVERY);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  firstUpdated() {
    this.#accounts.load();
    this.#loadCurrent();
    return this.#readSettings();
  }

  async #readSettings() {
    try {
      this.settings = await this.#api.signIn();
      this.failure = null;
    } catch (error) {
      this.failure = /** @type {Error} */ (error);
    }
  }

  #loadCurrent() {
    this.#connected.load();
    this.#outbox.load();
  }

  render() {
    return html`<div class="narrow">
      <header class="page-head"><h1 tabindex="-1">${translate('operator.title')}</h1></header>
      ${this.#signIn()} ${this.#connectedNow()} ${this.#sentOutside()} ${this.#everybody()}
    </div>`;
  }

  #signIn() {
    if (!this.settings) return readFailure(this.failure, () => this.#readSettings());
    const {passwords, may_turn_off} = this.settings;
    return html`<section class="panel">
      <h2 class="panel__title">${translate('operator.passwords')}</h2>
      <p class="panel__text" data-testid="operator-passwords">${translate(passwords ? 'operator.passwords_on' : 'operator.passwords_off')}</p>
      ${formError(this.#changing.message)}
      ${
        passwords && !may_turn_off
          ? html`<p class="panel__text">${translate('operator.no_other_way')}</p>`
          : html`<confirm-button testid="operator-passwords-turn" label=${translate(passwords ? 'operator.turn_off' : 'operator.turn_on')} question=${passwords ? translate('operator.turn_off_sure') : ''}
            yes=${translate(passwords ? 'operator.turn_off' : 'operator.turn_on')} ?disabled=${this.#changing.busy} @confirmed=${() => this.#turn(!passwords)}></confirm-button>`
      }
    </section>`;
  }

  #connectedNow() {
    return html`<section class="panel">
      <h2 class="panel__title">${translate('operator.connected')}</h2>
      <p class="panel__text">${translate('operator.connected_lead')}</p>
      <ul class="rows" data-testid="operator-connected">
        ${repeat(
          this.#connected.items,
          ({user_id}) => user_id,
          (user) => html`<li class="row" data-testid="connected-user" data-user-id=${user.user_id}>
            <div class="row__main">
              <p class="row__name"><bdi>${user.display_name}</bdi></p>
              <p class="row__sub"><bdi>${user.email}</bdi> · ${translate('operator.connections', {count: user.connections})} · ${translate('operator.newest', {number: user.head})}</p>
            </div>
            <p class="row__figure" data-testid="connected-number">${confirmed(user)}</p>
          </li>`,
        )}
      </ul>
      ${listFooter(this.#connected, html`<p>${translate('operator.nobody')}</p>`)}
    </section>`;
  }

  #sentOutside() {
    return html`<section class="panel">
      <h2 class="panel__title">${translate('operator.outbox')}</h2>
      <p class="panel__text">${translate('operator.outbox_lead')}</p>
      <ul class="rows" data-testid="operator-outbox">
        ${repeat(
          this.#outbox.items,
          ({kind}) => kind,
          ({kind, waiting, sent, failed, error}) => html`<li class="row" data-testid="outbox-kind" data-kind=${kind}>
            <div class="row__main">
              <p class="row__name">${translate(kind === 'web_push' ? 'operator.outbox_browsers' : `news.kind_${kind}`)}</p>
              <p class="row__sub" data-testid="outbox-counts">${translate('operator.outbox_counts', {waiting, sent, failed})}</p>
              ${error ? html`<p class="row__sub" data-testid="outbox-broken">${translate('operator.outbox_broken', {reason: error})}</p>` : nothing}
            </div>
          </li>`,
        )}
      </ul>
      ${listFooter(this.#outbox, html`<p>${translate('operator.outbox_none')}</p>`)}
    </section>`;
  }

  #everybody() {
    return html`<section class="panel">
      <h2 class="panel__title">${translate('operator.accounts')}</h2>
      ${searchField({sought: this.sought, label: translate('operator.search'), placeholder: translate('operator.search'), testid: 'operator-search', search: (sought) => this.#search(sought)})}
      <ul class="rows" data-testid="operator-accounts">
        ${repeat(
          this.#accounts.items,
          ({id}) => id,
          (account) => html`<li><account-row .session=${this.session} .account=${account} @changed=${() => this.#reload()}></account-row></li>`,
        )}
      </ul>
      ${listFooter(this.#accounts, html`<p>${translate('operator.none_found')}</p>`)}
    </section>`;
  }

  #reload() {
    this.#accounts.load(this.#accounts.items.length);
    this.#connected.load();
  }

  /** @param {string} sought */
  #search(sought) {
    this.sought = sought;
    this.#accounts.load();
  }

  /** @param {boolean} on */
  async #turn(on) {
    await this.#changing.run(async () => (this.settings = await this.#api.turnPasswords(on)));
  }
}

/** The highest number that one of the user's devices has confirmed. @param {Connected} user */
function confirmed({sessions}) {
  const numbers = sessions.flatMap(({acknowledged}) => acknowledged ?? []);
  return numbers.length ? translate('operator.confirmed', {number: Math.max(...numbers)}) : translate('operator.unconfirmed');
}

customElements.define('operator-page', OperatorPage);
