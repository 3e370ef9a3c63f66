import {html, nothing} from 'lit';
import {SessionElement, liveRegion} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {sentForm} from '../ui/form-draft.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import '../key/copy-field.js';
import './webhook-words.js';

/** @import {Webhook} from '../client/types.js' */

/** How receivers check a delivery. */
const SIGNATURE = 'Bookbell-Signature: t=1790000000,v1=hex(hmac-sha256(secret, t + "." + body))';

const KINDS = ['discord', 'slack', 'ntfy', 'telegram', 'webhook'];
const EVENTS = ['request_created', 'request_answered', 'request_withdrawn', 'reply_added'];
const PLACES = '{title}, {author}, {supporter}, {status}, {response}, {note}';
const LONGEST_NAME = 60;

/**
 * The form that adds a webhook, or changes `webhook` if there is one. The secret of a new one for a program is shown once. Emits
 * `webhook-saved` and, when nothing is to be changed after all, `edit-ended`.
 */
export class WebhookForm extends SessionElement {
  static properties = {creatorId: {attribute: false}, webhook: {attribute: false}, kind: {state: true}, preview: {state: true}, secret: {state: true}};

  #saving = new FormSubmission(this, {unreachable: 'error.unreachable_kept'});
  #previewing = new FormSubmission(this);

  constructor() {
    super();
    this.creatorId = 0;
    /** @type {Webhook | null} */
    this.webhook = null;
    this.kind = KINDS[0];
    this.preview = '';
    this.secret = '';
  }

  firstUpdated() {
    if (!this.webhook) return;
    this.kind = this.webhook.kind;
    /** @type {HTMLElement} */ (this.querySelector('[name=name]')).focus();
  }

  /** What the ids of this form's parts begin with. */
  get #prefix() {
    return this.webhook ? 'webhook-edit' : 'webhook';
  }

  render() {
    const prefix = this.#prefix;
    const before = this.webhook;
    const kind = before?.kind ?? this.kind;
    const wrong = this.#saving.fields;
    return html`<form class="panel--form" novalidate data-testid="${prefix}-form" @submit=${this.#save} @change=${this.#change}>
        ${formError(this.#saving.message)}
        ${before ? nothing : formField({id: `${prefix}-kind`, name: 'kind', label: translate('webhook.kind'), testid: `${prefix}-kind`, value: kind, options: KINDS.map((each) => [each, translate(`webhook.kind_${each}`)])})}
        ${formField({id: `${prefix}-name`, name: 'name', label: translate('webhook.name'), testid: `${prefix}-name`, optional: true, maxlength: LONGEST_NAME, value: before?.name ?? '', error: wrong.name, hint: translate('webhook.name_hint')})}
        ${formField({id: `${prefix}-url`, name: 'url', label: translate('webhook.url'), testid: `${prefix}-url`, value: before?.url ?? '', error: wrong.url, hint: translate(`webhook.url_${kind}`)})}
        <fieldset class="field choices ${wrong.events ? 'field--wrong' : ''}">
          <legend class="field__label">${translate('webhook.events')}</legend>
          ${EVENTS.map(
            (event) =>
              html`<label class="choices__choice"><input type="checkbox" name="event" value=${event} .defaultChecked=${before?.events.includes(event) ?? true} data-testid="${prefix}-${event}" /> <span>${translate(`webhook.event_${event}`)}</span></label>`,
          )}
          ${wrong.events ? html`<p class="field__error">${translate('webhook.no_event')}</p>` : nothing}
        </fieldset>
        ${kind === 'webhook' ? nothing : this.#template(wrong.template ?? this.#previewing.fields.template)}
        <div class="webhook-form__actions">
          <button class="button button--main" data-testid="${prefix}-submit" aria-disabled=${this.#saving.busy}>${translate(before ? 'form.save' : 'webhook.add')}</button>
          ${before ? html`<button type="button" class="button" data-testid="${prefix}-cancel" @click=${() => this.emit('edit-ended')}>${translate('form.keep')}</button>` : nothing}
        </div>
      </form>
      ${liveRegion('status', this.secret ? this.#secret() : nothing)}`;
  }

  /** @param {string | undefined} error */
  #template(error) {
    const prefix = this.#prefix;
    return html`${formField({id: `${prefix}-template`, name: 'template', label: translate('webhook.template'), testid: `${prefix}-template`, optional: true, rows: 2, maxlength: 1000, value: this.webhook?.template ?? '', error, hint: translate('webhook.template_hint', {places: PLACES})})}
      <p><button type="button" class="button button--small" data-testid="${prefix}-preview" @click=${this.#showPreview}>${translate('webhook.preview')}</button></p>
      ${liveRegion('status', this.preview ? html`<p class="notice" data-testid="${prefix}-preview-text">${this.preview}</p>` : nothing)}`;
  }

  #secret() {
    return html`<div class="notice notice--good" data-testid="webhook-made">
      <div class="made-link">
        <p>${translate('webhook.made')}</p>
        <copy-field testid="webhook-secret" label=${translate('webhook.secret')} .value=${this.secret}></copy-field>
        <p>${translate('webhook.check')}</p>
        <pre dir="ltr"><code>${SIGNATURE}</code></pre>
      </div>
    </div>`;
  }

  /** @param {Event} event */
  #change({target}) {
    const {name, value} = /** @type {HTMLSelectElement} */ (target);
    if (name === 'kind') this.kind = value;
    if (name === 'template') this.preview = '';
  }

  async #showPreview() {
    const field = /** @type {HTMLTextAreaElement} */ (this.querySelector('[name=template]'));
    const template = field.value.trim();
    if (!template) return field.focus();
    await this.#previewing.run(async () => (this.preview = (await this.session.api.previewTemplate(template)).text), {template});
  }

  /** @param {SubmitEvent} event */
  async #save(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const clear = sentForm(form);
    const sentKind = new FormData(form).get('kind');
    const values = {...formValues(event), events: new FormData(form).getAll('event')};
    const done = await (this.webhook ? this.#edit(this.webhook, values) : this.#add(values));
    if (done || !this.webhook) this.emit('webhook-saved');
    if (!done || this.webhook) return;
    this.preview = '';
    clear();
    const kind = /** @type {HTMLSelectElement} */ (form.elements.namedItem('kind'));
    if (kind.value === sentKind) kind.value = this.kind = KINDS[0];
  }

  /** What is empty is removed. @param {Webhook} before @param {Record<string, any>} values */
  async #edit({id, kind}, {name = '', url = '', template = '', events}) {
    const wish = {name, url, events, ...(kind !== 'webhook' && {template})};
    const done = await this.#saving.run((key) => this.session.api.changeWebhook(id, wish, {key}), wish);
    if (done) this.showToast(translate('webhook.saved'));
    return done;
  }

  /** @param {Record<string, any>} values */
  async #add({kind, name, url = '', template, events}) {
    const wish = {creator_id: this.creatorId, kind, url, events, ...(name && {name}), ...(template && {template})};
    const done = await this.#saving.run(async (key) => {
      const made = await this.session.api.addWebhook(wish, {key});
      this.secret = made.kind === 'webhook' ? made.secret : '';
    }, wish);
    if (done) this.showToast(translate('webhook.added'));
    return done;
  }
}

customElements.define('webhook-form', WebhookForm);
