import {html, nothing} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import '../key/copy-field.js';
import './webhook-words.js';

/** How receivers check a delivery. */
const SIGNATURE = 'Bookbell-Signature: t=1790000000,v1=hex(hmac-sha256(secret, t + "." + body))';

const KINDS = ['discord', 'slack', 'ntfy', 'telegram', 'webhook'];
const EVENTS = ['request_created', 'request_answered', 'request_withdrawn', 'reply_added'];
const PLACES = '{title}, {author}, {supporter}, {status}, {response}, {note}';

/** The form that adds a webhook, and the secret of one for a program, which is shown once. Emits `webhook-made`. */
export class NewWebhook extends SessionElement {
  static properties = {creatorId: {attribute: false}, kind: {state: true}, preview: {state: true}, secret: {state: true}};

  #making = new FormSubmission(this, {unreachable: 'error.unreachable_kept'});
  #previewing = new FormSubmission(this);

  constructor() {
    super();
    this.creatorId = 0;
    this.kind = KINDS[0];
    this.preview = '';
    this.secret = '';
  }

  render() {
    const wrong = this.#making.fields;
    return html`<form class="panel--form" novalidate data-testid="webhook-form" @submit=${this.#make} @change=${this.#change}>
        ${formError(this.#making.message)}
        ${formField({id: 'webhook-kind', name: 'kind', label: translate('webhook.kind'), testid: 'webhook-kind', value: this.kind, options: KINDS.map((each) => [each, translate(`webhook.kind_${each}`)])})}
        ${formField({id: 'webhook-url', name: 'url', label: translate('webhook.url'), testid: 'webhook-url', error: wrong.url, hint: translate(`webhook.url_${this.kind}`)})}
        <fieldset class="field choices ${wrong.events ? 'field--wrong' : ''}">
          <legend class="field__label">${translate('webhook.events')}</legend>
          ${EVENTS.map(
            (event) =>
              html`<label class="choices__choice"><input type="checkbox" name="event" value=${event} .defaultChecked=${true} data-testid="webhook-${event}" /> <span>${translate(`webhook.event_${event}`)}</span></label>`,
          )}
          ${wrong.events ? html`<p class="field__error">${translate('webhook.no_event')}</p>` : nothing}
        </fieldset>
        ${this.kind === 'webhook' ? nothing : this.#template(wrong.template ?? this.#previewing.fields.template)}
        <button class="button button--main" data-testid="webhook-submit" ?disabled=${this.#making.busy}>${translate('webhook.add')}</button>
      </form>
      ${this.secret ? this.#secret() : nothing}`;
  }

  /** @param {string | undefined} error */
  #template(error) {
    return html`${formField({id: 'webhook-template', name: 'template', label: translate('webhook.template'), testid: 'webhook-template', optional: true, rows: 2, maxlength: 1000, error, hint: translate('webhook.template_hint', {places: PLACES})})}
      <p><button type="button" class="button button--small" data-testid="webhook-preview" @click=${this.#showPreview}>${translate('webhook.preview')}</button></p>
      ${this.preview ? html`<p class="notice" role="status" data-testid="webhook-preview-text">${this.preview}</p>` : nothing}`;
  }

  #secret() {
    return html`<div class="notice notice--good" role="status" data-testid="webhook-made">
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
  async #make(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const {kind, url = '', template} = formValues(event);
    const events = new FormData(form).getAll('event');
    const wish = {creator_id: this.creatorId, kind, url, events, ...(template && {template})};
    const done = await this.#making.run(async (key) => {
      const made = await this.session.api.addWebhook(wish, {key});
      this.secret = made.kind === 'webhook' ? made.secret : '';
    }, wish);
    this.emit('webhook-made');
    if (!done) return;
    this.preview = '';
    form.reset();
    this.kind = KINDS[0];
    this.showToast(translate('webhook.added'));
  }
}

customElements.define('new-webhook', NewWebhook);
