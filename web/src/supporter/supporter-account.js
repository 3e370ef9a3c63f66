import {html} from 'lit';
import {LightElement, required} from '../ui/base-elements.js';
import {formError, formField} from '../ui/form-field.js';
import {sentForm} from '../ui/form-draft.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {numberField} from '../ui/number-field.js';
import {translate} from '../words/translate.js';
import '../ui/confirm-button.js';
import '../words/later.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {Supporter} from '../client/types.js'
 */

/** What the team does for and about one supporter: a request, an own allowance, the end. Emits `changed` and `removed`. */
class SupporterAccountForms extends LightElement {
  static properties = {session: {attribute: false}, creatorId: {attribute: false}, supporter: {attribute: false}};

  #asking = new FormSubmission(this);
  #allowing = new FormSubmission(this);
  #ending = new FormSubmission(this);

  constructor() {
    super();
    /** @type {Session} */
    this.session = required();
    this.creatorId = 0;
    /** @type {Supporter} */
    this.supporter = required();
  }

  render() {
    const {display_name: name, own_allowance} = this.supporter;
    const wrong = this.#asking.fields;
    return html`<details data-testid="ask-for">
        <summary>${translate('supporters.ask_for', {name})}</summary>
        <form class="panel--form" novalidate @submit=${this.#ask}>
          ${formError(this.#asking.message)}
          ${formField({id: 'ask-for-title', name: 'title', label: translate('book.title'), maxlength: 300, testid: 'ask-for-title', error: wrong.title})}
          ${formField({id: 'ask-for-author', name: 'author', label: translate('book.author'), maxlength: 300, testid: 'ask-for-author', error: wrong.author})}
          <button class="button" data-testid="ask-for-submit" aria-disabled=${this.#asking.busy}>${translate('ask.send')}</button>
        </form>
      </details>
      <form class="inline-form" novalidate @submit=${this.#allow}>
        ${numberField({id: 'own-allowance', name: 'own', label: translate('supporters.own'), min: 0, optional: true, value: own_allowance ?? '', hint: translate('supporters.own_hint'), testid: 'own-allowance', error: this.#allowing.fields.own_allowance ?? (this.#allowing.message || undefined)})}
        <button class="button" data-testid="own-allowance-submit" aria-disabled=${this.#allowing.busy}>${translate('form.save')}</button>
      </form>
      ${formError(this.#ending.message)}
      <p class="buttons">
        <confirm-button testid="supporter-remove" label=${translate('supporters.remove')} question=${translate('supporters.remove_sure', {name})} yes=${translate('supporters.remove')} @confirmed=${() => this.#end('removeSupporter')}></confirm-button>
        <confirm-button testid="supporter-block" label=${translate('supporters.block')} question=${translate('supporters.block_sure', {name})} yes=${translate('supporters.block')} @confirmed=${() => this.#end('blockSupporter')}></confirm-button>
      </p>`;
  }

  /** @param {SubmitEvent} event */
  async #ask(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const {title = '', author = ''} = formValues(event);
    const clear = sentForm(form);
    const wanted = {creator_id: this.creatorId, user_id: this.supporter.user_id, title, author};
    if (!(await this.#asking.run((key) => this.session.api.ask(wanted, {key}), wanted))) return;
    clear();
    this.emit('changed');
  }

  /** @param {SubmitEvent} event */
  async #allow(event) {
    const {own = ''} = formValues(event);
    const allowance = own === '' ? null : Number(own);
    await this.#allowing.run(() => this.session.api.allowSupporter(this.supporter.user_id, this.creatorId, allowance), {allowance});
    this.emit('changed');
  }

  /** @param {'removeSupporter' | 'blockSupporter'} how */
  async #end(how) {
    const {user_id, display_name: name} = this.supporter;
    if (!(await this.#ending.run(() => this.session.api[how](user_id, this.creatorId)))) return;
    this.showToast(translate('supporters.removed', {name}));
    this.emit('removed');
  }
}

customElements.define('supporter-account', SupporterAccountForms);
