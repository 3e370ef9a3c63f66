import {html, nothing} from 'lit';
import {FormDraft} from '../ui/form-draft.js';
import {SessionElement, liveRegion} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {icon} from '../ui/icon-set.js';
import {translate} from '../words/translate.js';
import './copy-field.js';
import '../words/later.js';

/** @import {CreatedKey, KeyScope} from '../client/types.js' */

const DAY = 24 * 3_600_000;
const NEVER = 'never';
/** @type {[string, string][]} */
const LIFETIMES = [
  ...[30, 90, 365].map((count) => /** @type {[string, string]} */ ([String(count), translate('invitations.days', {count})])),
  [NEVER, translate('keys.never')],
];

/** The form that makes a key, and the key, which is shown once. Emits `key-made`, also when it may have been made and the answer was lost. */
export class NewKey extends SessionElement {
  static properties = {made: {state: true}};

  #making = new FormSubmission(this, {unreachable: 'error.unreachable_kept'});
  #draft = new FormDraft(this, () => ({drafts: this.session.drafts, form: 'key'}));

  constructor() {
    super();
    /** @type {CreatedKey | null} */
    this.made = null;
  }

  render() {
    const wrong = this.#making.fields;
    return html`
      <form class="panel--form" novalidate data-testid="key-form" @submit=${this.#make}>
        ${formError(this.#making.message)}
        <div class="pair">
          ${formField({id: 'key-name', name: 'name', label: translate('keys.name'), maxlength: 60, testid: 'key-name', error: wrong.name, hint: translate('keys.name_hint')})}
          ${formField({id: 'key-days', name: 'days', label: translate('invitations.valid'), options: LIFETIMES, value: '90', testid: 'key-days', error: wrong.expires_at})}
        </div>
        <fieldset class="field choices ${wrong.scopes ? 'field--wrong' : ''}">
          <legend class="field__label">${translate('keys.scopes')}</legend>
          ${this.#scope('read', true)} ${this.#scope('write')} ${this.session.me.admin_of.length > 0 ? this.#scope('admin') : nothing}
          ${wrong.scopes ? html`<p class="field__error" data-testid="key-scopes-error">${translate('keys.no_scope')}</p>` : nothing}
        </fieldset>
        <button class="button button--main" data-testid="key-submit" aria-disabled=${this.#making.busy}>${icon('plus')} ${translate('keys.make')}</button>
      </form>
      ${liveRegion('status', this.made ? this.#secret(this.made) : nothing)}
    `;
  }

  /** @param {KeyScope} scope @param {boolean} [checked] */
  #scope(scope, checked = false) {
    return html`<label class="choices__choice">
      <input type="checkbox" name="scope" value=${scope} .defaultChecked=${checked} data-testid="key-scope-${scope}" />
      <span>${translate(`keys.scope_${scope}`)}<small>${translate(`keys.scope_${scope}_hint`)}</small></span>
    </label>`;
  }

  /** @param {CreatedKey} made */
  #secret({key, name}) {
    return html`<div class="notice notice--good" data-testid="key-made">
      <div class="made-link">
        <p>${translate('keys.made')}</p>
        <copy-field testid="key-secret" label=${translate('keys.key_of', {name})} .value=${key}></copy-field>
      </div>
    </div>`;
  }

  /** @param {SubmitEvent} event */
  async #make(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const {name = '', days} = formValues(event);
    const clear = this.#draft.sending(form);
    const wish = {name, scopes: /** @type {KeyScope[]} */ (new FormData(form).getAll('scope')), days};
    const done = await this.#making.run(async (key, time) => {
      const expires_at = days === NEVER ? undefined : new Date(time + Number(days) * DAY).toISOString();
      this.made = await this.session.api.makeKey({name, scopes: wish.scopes, expires_at}, {key});
    }, wish);
    this.emit('key-made');
    if (done) clear();
  }
}

customElements.define('new-key', NewKey);
