import {html} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {changesSavedReplies} from '../answer/saved-reply-choice.js';
import {FormDraft} from '../ui/form-draft.js';
import {SessionElement} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {listFailure} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import '../ui/confirm-button.js';
import '../words/later.js';

/** @import {SavedReply, ServerMessage} from '../client/types.js' */

/** The answers that the team keeps ready: written here, chosen where requests are answered. */
export class SavedReplyEditor extends SessionElement {
  static properties = {creatorId: {attribute: false}, editing: {state: true}};

  /** @type {PagedList<SavedReply>} */
  #answers = new PagedList(this, () => this.session.api.savedReplies(this.creatorId));
  #saving = new FormSubmission(this, {unreachable: 'error.unreachable_kept'});
  #removing = new FormSubmission(this);
  #draft = new FormDraft(this, () => ({drafts: this.session.drafts, form: `canned-${this.creatorId}-${this.editing}`}));

  constructor() {
    super();
    this.creatorId = 0;
    /** The id of the answer being edited, 'new', or null. @type {number | 'new' | null} */
    this.editing = null;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('creatorId')) this.#answers.load();
  }

  /** @param {ServerMessage} message */
  messageReceived(message) {
    if (changesSavedReplies(message, this.creatorId)) this.#answers.scheduleRefresh();
  }

  render() {
    return html`<section class="panel" aria-labelledby="canned-title">
      <h2 class="panel__title" id="canned-title">${translate('desk.canned')}</h2>
      <p class="panel__text">${translate('desk.canned_lead')}</p>
      ${listFailure(this.#answers)} ${formError(this.#removing.message)}
      <ul class="rows" data-testid="canned-list">
        ${repeat(
          this.#answers.items,
          ({id}) => id,
          (answer) => html`<li>${this.editing === answer.id ? this.#form(answer) : this.#row(answer)}</li>`,
        )}
      </ul>
      ${
        this.editing === 'new'
          ? this.#form()
          : html`<button type="button" class="button" data-testid="canned-new" @click=${() => this.#edit('new')}>${translate('desk.canned_new')}</button>`
      }
    </section>`;
  }

  /** @param {SavedReply} answer */
  #row({id, name, body}) {
    return html`<div class="row" data-testid="canned" data-canned-id=${id}>
      <div class="row__main">
        <p class="row__name" dir="auto">${name}</p>
        <p class="row__sub" dir="auto">${body}</p>
      </div>
      <div class="row__actions">
        <button type="button" class="button button--quiet" data-testid="canned-edit" @click=${() => this.#edit(id)}>${translate('desk.change')}</button>
        <confirm-button testid="canned-remove" label=${translate('desk.remove')} question=${translate('desk.remove_sure', {name})} yes=${translate('desk.remove')}
          @confirmed=${() => this.#remove(id)}></confirm-button>
      </div>
    </div>`;
  }

  /** @param {SavedReply} [answer] */
  #form(answer) {
    const wrong = this.#saving.fields;
    return html`<form class="panel--form" novalidate data-testid="canned-form" @submit=${(/** @type {SubmitEvent} */ event) => this.#save(event, answer)}>
      ${formError(this.#saving.message)}
      ${formField({id: 'canned-name', name: 'name', label: translate('desk.canned_name'), value: answer?.name ?? '', testid: 'canned-name', maxlength: 60, error: wrong.name})}
      ${formField({id: 'canned-body', name: 'body', label: translate('desk.canned_body'), value: answer?.body ?? '', rows: 3, testid: 'canned-body', maxlength: 4000, error: wrong.body})}
      <div class="buttons">
        <button class="button button--main" data-testid="canned-submit" aria-disabled=${this.#saving.busy}>${translate('form.save')}</button>
        <button type="button" class="button button--quiet" @click=${() => this.#leave()}>${translate('form.back')}</button>
      </div>
    </form>`;
  }

  /** What was written is not wanted. */
  #leave() {
    this.#draft.drop();
    this.#edit(null);
  }

  /** @param {number | 'new' | null} which */
  async #edit(which) {
    const before = this.editing;
    this.#saving.clear();
    this.editing = which;
    await this.updateComplete;
    const row = before === 'new' ? '[data-testid=canned-new]' : `[data-canned-id="${before}"] [data-testid=canned-edit]`;
    /** @type {HTMLElement | null} */ (this.querySelector(which === null ? row : '[data-testid=canned-name]'))?.focus();
  }

  /** @param {SubmitEvent} event @param {SavedReply} [answer] */
  async #save(event, answer) {
    const {name = '', body = ''} = formValues(event);
    const done = await this.#saving.run(
      (key) =>
        answer ? this.session.api.changeSavedReply(answer.id, {name, body}) : this.session.api.addSavedReply({creator_id: this.creatorId, name, body}, {key}),
      {name, body},
    );
    if (!done) return;
    this.#draft.drop();
    this.#edit(null);
    this.#answers.load();
  }

  /** @param {number} id */
  async #remove(id) {
    if (await this.#removing.run(() => this.session.api.removeSavedReply(id), id)) this.#answers.load();
  }
}

customElements.define('saved-reply-editor', SavedReplyEditor);
