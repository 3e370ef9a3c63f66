import {html} from 'lit';
import {Draft} from '../ui/form-draft.js';
import {SessionElement} from '../ui/base-elements.js';
import {field, formError} from '../ui/form-field.js';
import {fieldsOf, Submission} from '../ui/form-submission.js';
import {say} from '../words/translate.js';

/** What supporters are asked to heed, shown where they ask; for the creator to change. */
export class CreatorRules extends SessionElement {
  static properties = {creatorId: {attribute: false}};

  #saving = new Submission(this, {unreachable: 'error.unreachable_kept'});
  #draft = new Draft(this, () => ({drafts: this.session.drafts, form: `rules-${this.creatorId}`}));

  constructor() {
    super();
    this.creatorId = 0;
  }

  render() {
    const creator = this.session.store.creators.get(this.creatorId);
    return html`<form class="panel panel--form" @submit=${this.#save}>
      ${formError(this.#saving.message)}
      ${field({
        id: 'rules',
        name: 'rules',
        label: say('creator.rules'),
        value: creator?.rules ?? '',
        optional: true,
        rows: 5,
        maxlength: 2000,
        testid: 'rules-text',
        error: this.#saving.fields.rules,
        hint: say('creator.rules_hint', {most: 2000}),
      })}
      <button class="button button--main" data-testid="rules-submit" ?disabled=${this.#saving.busy}>${say('creator.publish')}</button>
    </form>`;
  }

  /** @param {SubmitEvent} event */
  async #save(event) {
    const {rules = ''} = fieldsOf(event);
    const change = async () => this.session.store.keepCreator(await this.session.api.changeCreator(this.creatorId, {rules}));
    if (!(await this.#saving.run(change, {rules}))) return;
    this.#draft.drop();
    this.tell(say('creator.rules_saved'));
  }
}

customElements.define('creator-rules', CreatorRules);
