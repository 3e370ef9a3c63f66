import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {SessionElement} from '../ui/base-elements.js';
import {formError} from '../ui/form-field.js';
import {FormSubmission} from '../ui/form-submission.js';
import {listFooter} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import {locale, translate} from '../words/translate.js';
import '../ui/confirm-button.js';
import './webhook-deliveries.js';
import './webhook-form.js';
import './webhook-words.js';

/** @import {Webhook} from '../client/types.js' */
/** @import {WebhookDeliveries} from './webhook-deliveries.js' */

const listed = new Intl.ListFormat(locale, {type: 'conjunction', style: 'narrow'});

/** A part of the creator's settings: the chats and programs that are told of every request. */
export class CreatorWebhooks extends SessionElement {
  static properties = {creatorId: {attribute: false}, shown: {state: true}, edited: {state: true}};

  #changing = new FormSubmission(this);
  /** @type {PagedList<Webhook>} */
  #webhooks = new PagedList(this, () => this.session.api.webhooks(this.creatorId));

  constructor() {
    super();
    this.creatorId = 0;
    /** The webhook whose deliveries are shown. @type {number | null} */
    this.shown = null;
    /** The webhook that is being changed. @type {number | null} */
    this.edited = null;
  }

  firstUpdated() {
    this.#webhooks.load();
  }

  render() {
    return html`<section class="panel" aria-labelledby="webhooks-title" aria-busy=${this.#webhooks.loading} data-testid="webhooks">
      <h2 class="panel__title" id="webhooks-title">${translate('webhook.title')}</h2>
      <p class="panel__text">${translate('webhook.lead')}</p>
      ${formError(this.#changing.message)}
      <ul class="rows">
        ${repeat(
          this.#webhooks.items,
          ({id}) => id,
          (webhook) => this.#row(webhook),
        )}
      </ul>
      ${listFooter(this.#webhooks, html`<p>${translate('webhook.none')}</p>`)}
      <webhook-form .session=${this.session} .creatorId=${this.creatorId} @webhook-saved=${() => this.#webhooks.load()}></webhook-form>
    </section>`;
  }

  /** @param {Webhook} webhook */
  #row(webhook) {
    const {id, kind, name, url, events, active, last_error} = webhook;
    const open = this.shown === id;
    const edited = this.edited === id;
    const where = html`${translate(`webhook.kind_${kind}`)} <bdi>${new URL(url).host}</bdi>`;
    const state = active ? (last_error ? translate('webhook.failing', {reason: last_error}) : '') : translate('webhook.ended');
    return html`<li class="row ${active ? '' : 'row--off'}" data-testid="webhook" data-webhook-id=${id}>
      <div class="row__main">
        <p class="row__name">${name ? html`<bdi data-testid="webhook-label">${name}</bdi>` : where}</p>
        ${name ? html`<p class="row__sub">${where}</p>` : nothing}
        <p class="row__sub">${listed.format(events.map((event) => translate(`webhook.event_${event}`)))}</p>
        ${state ? html`<p class="row__sub" data-testid="webhook-state">${state}</p>` : nothing}
        ${edited ? html`<webhook-form .session=${this.session} .webhook=${webhook} @webhook-saved=${() => this.#endEdit(id)} @edit-ended=${() => this.#endEdit(id)}></webhook-form>` : nothing}
        ${open ? html`<webhook-deliveries .session=${this.session} .webhookId=${id}></webhook-deliveries>` : nothing}
      </div>
      <div class="row__actions">
        ${active ? nothing : html`<button type="button" class="button button--small" data-testid="webhook-resume" @click=${() => this.#resume(id, url)}>${translate('webhook.resume')}</button>`}
        <button type="button" class="button button--small" data-testid="webhook-test" @click=${() => this.#test(id)}>${translate('webhook.test')}</button>
        <button type="button" class="button button--small" aria-expanded=${open} data-testid="webhook-deliveries" @click=${() => (this.shown = open ? null : id)}>${translate('webhook.deliveries')}</button>
        <button type="button" class="button button--small" aria-expanded=${edited} data-testid="webhook-edit" @click=${() => (this.edited = edited ? null : id)}>${translate('webhook.edit')}</button>
        <confirm-button testid="webhook-remove" label=${translate('webhook.remove')} question=${translate('webhook.remove_sure')} yes=${translate('webhook.remove')} @confirmed=${() => this.#remove(id)}></confirm-button>
      </div>
    </li>`;
  }

  /** The focus returns to the button that began it. @param {number} id */
  async #endEdit(id) {
    this.edited = null;
    await this.#webhooks.load();
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector(`[data-webhook-id="${id}"] [data-testid=webhook-edit]`))?.focus();
  }

  /** @param {number} id */
  async #test(id) {
    if (!(await this.#changing.run((key) => this.session.api.testWebhook(id, {key}), {test: id}))) return;
    this.showToast(translate('webhook.test_sent'));
    this.shown = id;
    await this.updateComplete;
    await /** @type {WebhookDeliveries | null} */ (this.querySelector('webhook-deliveries'))?.load();
  }

  /** The same URL makes a webhook active again. @param {number} id @param {string} url */
  async #resume(id, url) {
    await this.#changing.run((key) => this.session.api.changeWebhook(id, {url}, {key}), {id, url});
    this.#webhooks.load();
  }

  /** @param {number} id */
  async #remove(id) {
    if (await this.#changing.run(() => this.session.api.removeWebhook(id))) this.showToast(translate('webhook.removed'));
    this.#webhooks.load();
  }
}

customElements.define('creator-webhooks', CreatorWebhooks);
