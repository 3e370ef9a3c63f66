import {html, nothing} from 'lit';
import {ApiError} from '../client/http.js';
import {SessionElement, liveRegion} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {dateInWords} from '../words/time-text.js';
import {translate} from '../words/translate.js';
import '../ui/confirm-button.js';
import '../words/later.js';

/** @import {Handover} from '../client/types.js' */

/** Hands a creator's account over to another person, by a link that the creator passes on. */
export class OwnHandover extends SessionElement {
  static properties = {pending: {state: true}};

  #sending = new FormSubmission(this, {email_taken: 'handover.taken'});
  #cancelling = new FormSubmission(this);

  constructor() {
    super();
    /** @type {Handover | null} */
    this.pending = null;
  }

  get #creatorId() {
    return this.session.me.user.id;
  }

  async firstUpdated() {
    try {
      this.pending = (await this.session.api.handover(this.#creatorId)).pending;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // the form is there without it
    }
  }

  render() {
    return html`<section class="panel" data-testid="own-handover">
      <h2 class="panel__title">${translate('handover.title')}</h2>
      <p class="panel__text">${translate('handover.lead')}</p>
      ${this.session.me.operator ? html`<p class="panel__text" data-testid="handover-operator">${translate('handover.operator')}</p>` : nothing}
      ${liveRegion('status', this.pending ? this.#told(this.pending) : nothing)} ${this.pending ? this.#link(this.pending) : this.#form()}
    </section>`;
  }

  #form() {
    const wrong = this.#sending.fields;
    return html`<form class="panel--form" novalidate @submit=${this.#offer} data-testid="own-handover-form">
      ${formError(this.#sending.message)}
      ${formField({id: 'handover-email', name: 'email', label: translate('handover.email'), type: 'email', autocomplete: 'off', testid: 'handover-email', error: wrong.email})}
      ${
        this.session.me.has_password
          ? formField({
              id: 'handover-password',
              name: 'password',
              label: translate('handover.password'),
              type: 'password',
              autocomplete: 'current-password',
              testid: 'handover-password',
              error: wrong.password,
            })
          : nothing
      }
      <button class="button" data-testid="handover-submit" aria-disabled=${this.#sending.busy}>${translate('handover.offer')}</button>
    </form>`;
  }

  /** @param {Handover} pending */
  #told({email, url, expires_at}) {
    return html`<p class="panel__text">${translate(url ? 'handover.made' : 'handover.pending', {email, date: dateInWords(expires_at)})}</p>`;
  }

  /** @param {Handover} pending */
  #link({url}) {
    return html`<div>
      ${formError(this.#cancelling.message)}
      ${
        url
          ? html`<input class="input" dir="ltr" readonly aria-label=${translate('handover.link')} .value=${url} data-testid="handover-url"
              @focus=${(/** @type {FocusEvent} */ event) => /** @type {HTMLInputElement} */ (event.target).select()} />`
          : nothing
      }
      <confirm-button testid="handover-cancel" label=${translate('handover.cancel')} question=${translate('handover.cancel_sure')} yes=${translate('handover.cancel')}
        ?disabled=${this.#cancelling.busy} @confirmed=${this.#cancel}></confirm-button>
    </div>`;
  }

  /** @param {SubmitEvent} event */
  async #offer(event) {
    const {email = '', password = ''} = formValues(event);
    const wanted = {email, ...(password && {password})};
    await this.#sending.run(async () => {
      this.pending = await this.session.api.offerHandover(this.#creatorId, wanted);
    }, wanted);
  }

  async #cancel() {
    await this.#cancelling.run(async () => {
      await this.session.api.cancelHandover(this.#creatorId);
      this.pending = null;
    });
  }
}

customElements.define('own-handover', OwnHandover);
