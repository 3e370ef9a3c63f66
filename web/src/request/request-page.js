import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {readFailure} from '../ui/list-footer.js';
import {translate} from '../words/translate.js';
import './request-details.js';
import './request-card.js';

/** One request by itself, such as a notification leads to. */
export class RequestPage extends SessionElement {
  static properties = {requestId: {attribute: false}, failure: {state: true}};

  #generation = -1;

  constructor() {
    super();
    this.requestId = 0;
    /** @type {import('../client/http.js').ApiError | null} */
    this.failure = null;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('requestId')) this.#load();
  }

  storeChanged() {
    if (this.#generation !== this.session.store.generation) this.#load();
    super.storeChanged();
  }

  async #load() {
    this.#generation = this.session.store.generation;
    this.failure = null;
    await this.session.ready;
    await this.session.load(this.requestId).catch((error) => (this.failure = error));
  }

  render() {
    const request = this.session.store.requests.get(this.requestId);
    const administered = request && this.session.isAdminOf(request.creator_id);
    const back = administered
      ? `${BASE_PATH}/creators/${request.creator_id}/inbox`
      : request
        ? `${BASE_PATH}/creators/${request.creator_id}/requests`
        : `${BASE_PATH}/`;
    return html`<div class="narrow">
      <header class="page-head">
        <p><a class="back" href=${back} data-testid="back">${icon('back')} ${translate(administered ? 'inbox.title' : 'mine.title')}</a></p>
        <h1 tabindex="-1" class="visually-hidden">${request?.title ?? translate('request.title')}</h1>
      </header>
      ${request ? html`<request-card .session=${this.session} .request=${request} open></request-card>` : nothing}
      ${request ? nothing : this.#missing()}
    </div>`;
  }

  /** It isn't there, or isn't for this user; whether it is can't be said of one that could not be read. */
  #missing() {
    if (![403, 404].includes(this.failure?.status ?? 0)) return readFailure(this.failure, () => this.#load());
    return html`<div class="empty" data-testid="request-missing"><h2>${translate('request.missing')}</h2><p>${translate('request.missing_hint')}</p></div>`;
  }
}

customElements.define('request-page', RequestPage);
