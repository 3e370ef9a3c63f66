import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {SessionElement} from '../ui/base-elements.js';
import {formError} from '../ui/form-field.js';
import {FormSubmission} from '../ui/form-submission.js';
import {listFooter} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import {translate} from '../words/translate.js';
import '../ui/time-ago.js';
import './webhook-words.js';

/** @import {WebhookDelivery} from '../client/types.js' */

/** While something is waiting, the list is read again after this time, ms. */
const REFRESH_AFTER = 2_000;

/** What was sent to a webhook lately, newest first. */
export class WebhookDeliveries extends SessionElement {
  static properties = {webhookId: {attribute: false}};

  #sending = new FormSubmission(this);
  /** @type {PagedList<WebhookDelivery>} */
  #deliveries = new PagedList(this, () => this.#fetch());
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    super();
    this.webhookId = 0;
  }

  firstUpdated() {
    return this.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  load() {
    return this.#deliveries.load();
  }

  async #fetch() {
    clearTimeout(this.#timer);
    const page = await this.session.api.webhookDeliveries(this.webhookId);
    if (this.isConnected && page.items.some(({state}) => state === 'queued')) this.#timer = setTimeout(() => this.load(), REFRESH_AFTER);
    return page;
  }

  render() {
    return html`${formError(this.#sending.message)}
      <ol class="rows" aria-label=${translate('webhook.deliveries')}>
        ${repeat(
          this.#deliveries.items,
          ({id}) => id,
          (delivery) => this.#row(delivery),
        )}
      </ol>
      ${listFooter(this.#deliveries, html`<p>${translate('webhook.no_deliveries')}</p>`)}`;
  }

  /** @param {WebhookDelivery} delivery */
  #row({id, event, state, created_at, error}) {
    return html`<li class="row" data-testid="delivery" data-state=${state}>
      <div class="row__main">
        <p>${translate(`webhook.event_${event}`)}: ${translate(`webhook.state_${state}`)} · <time-ago .time=${created_at}></time-ago></p>
        ${error && state !== 'sent' ? html`<p class="row__sub">${error}</p>` : nothing}
      </div>
      ${state === 'queued' ? nothing : html`<button type="button" class="button button--small" data-testid="delivery-retry" @click=${() => this.#retry(id)}>${translate('webhook.retry')}</button>`}
    </li>`;
  }

  /** @param {number} id */
  async #retry(id) {
    await this.#sending.run((key) => this.session.api.retryDelivery(this.webhookId, id, {key}), id);
    await this.load();
  }
}

customElements.define('webhook-deliveries', WebhookDeliveries);
