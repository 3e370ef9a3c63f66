import {html} from 'lit';
import {FormDraft} from '../ui/form-draft.js';
import {SessionElement} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import '../words/later.js';

/** What supporters are asked to heed, shown where they ask; for the creator to change. */
export class CreatorRules extends SessionElement {
  static properties = {creatorId: {attribute: false}};

  #saving = new FormSubmission(this, {unreachable: 'error.unreachable_kept'});
  #draft = new FormDraft(this, () => ({drafts: this.session.drafts, form: `rules-${this.creatorId}`}));

  constructor() {
    super();
    this.creatorId = 0;
  }

  render() {
    const creator = this.session.store.creators.get(this.creatorId);
    return html`<form class="panel panel--form" @submit=${this.#save}>
      ${formError(this.#saving.message)}
      ${formField({
        id: 'rules',
        name: 'rules',
        label: translate('creator.rules'),
        value: creator?.rules ?? '',
        optional: true,
        rows: 5,
        maxlength: 2000,
        testid: 'rules-text',
        error: this.#saving.fields.rules,
        hint: translate('creator.rules_hint', {most: 2000}),
      })}
      <button class="button button--main" data-testid="rules-submit" aria-disabled=${this.#saving.busy}>${translate('creator.publish')}</button>
    </form>`;
  }

  /** @param {SubmitEvent} event */
  async #save(event) {
    const {rules = ''} = formValues(event);
    const change = async () => this.session.store.keepCreator(await this.session.api.changeCreator(this.creatorId, {rules}));
    if (!(await this.#saving.run(change, {rules}))) return;
    this.#draft.drop();
    this.showToast(translate('creator.rules_saved'));
  }
}

customElements.define('creator-rules', CreatorRules);
