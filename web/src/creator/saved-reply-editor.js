import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {changesCanned} from '../answer/saved-replies.js';
import {Draft} from '../ui/form-draft.js';
import {SessionElement} from '../ui/base-elements.js';
import {field, formError} from '../ui/form-field.js';
import {Pages} from '../ui/paged-list.js';
import {fieldsOf, Submission} from '../ui/form-submission.js';
import {say} from '../words/translate.js';
import '../ui/confirm-button.js';

/** @import {CannedResponse, ServerMessage} from '../client/types.js' */

/** The answers that the team keeps ready: written here, chosen where requests are answered. */
export class CannedAnswers extends SessionElement {
  static properties = {creatorId: {attribute: false}, editing: {state: true}};

  /** @type {Pages<CannedResponse>} */
  #answers = new Pages(this, () => this.session.api.cannedResponses(this.creatorId));
  #saving = new Submission(this, {unreachable: 'error.unreachable_kept'});
  #draft = new Draft(this, () => ({drafts: this.session.drafts, form: `canned-${this.creatorId}-${this.editing}`}));

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
  heard(message) {
    if (changesCanned(message, this.creatorId)) this.#answers.refreshSoon();
  }

  render() {
    return html`<section class="panel" aria-labelledby="canned-title">
      <h2 class="panel__title" id="canned-title">${say('desk.canned')}</h2>
      <p class="panel__text">${say('desk.canned_lead')}</p>
      ${this.#answers.error ? formError(this.#answers.error.message) : nothing}
      <ul class="rows" data-testid="canned-list">
        ${repeat(this.#answers.items, ({id}) => id, (answer) => html`<li>${this.editing === answer.id ? this.#form(answer) : this.#row(answer)}</li>`)}
      </ul>
      ${this.editing === 'new'
        ? this.#form()
        : html`<button type="button" class="button" data-testid="canned-new" @click=${() => this.#edit('new')}>${say('desk.canned_new')}</button>`}
    </section>`;
  }

  /** @param {CannedResponse} answer */
  #row({id, name, body}) {
    return html`<div class="row" data-testid="canned" data-canned-id=${id}>
      <div class="row__main">
        <p class="row__name" dir="auto">${name}</p>
        <p class="row__sub" dir="auto">${body}</p>
      </div>
      <div class="row__actions">
        <button type="button" class="button button--quiet" data-testid="canned-edit" @click=${() => this.#edit(id)}>${say('desk.change')}</button>
        <confirm-button testid="canned-remove" label=${say('desk.remove')} question=${say('desk.remove_sure', {name})} yes=${say('desk.remove')}
          @confirmed=${() => this.#remove(id)}></confirm-button>
      </div>
    </div>`;
  }

  /** @param {CannedResponse} [answer] */
  #form(answer) {
    const wrong = this.#saving.fields;
    return html`<form class="panel--form" novalidate data-testid="canned-form" @submit=${(/** @type {SubmitEvent} */ event) => this.#save(event, answer)}>
      ${formError(this.#saving.message)}
      ${field({id: 'canned-name', name: 'name', label: say('desk.canned_name'), value: answer?.name ?? '', testid: 'canned-name', maxlength: 60, error: wrong.name})}
      ${field({id: 'canned-body', name: 'body', label: say('desk.canned_body'), value: answer?.body ?? '', rows: 3, testid: 'canned-body', maxlength: 4000, error: wrong.body})}
      <div class="buttons">
        <button class="button button--main" data-testid="canned-submit" ?disabled=${this.#saving.busy}>${say('form.save')}</button>
        <button type="button" class="button button--quiet" @click=${() => this.#leave()}>${say('form.back')}</button>
      </div>
    </form>`;
  }

  /** What was written is not wanted. */
  #leave() {
    this.#draft.drop();
    this.#edit(null);
  }

  /** @param {number | 'new' | null} which */
  #edit(which) {
    this.#saving.clear();
    this.editing = which;
  }

  /** @param {SubmitEvent} event @param {CannedResponse} [answer] */
  async #save(event, answer) {
    const {name = '', body = ''} = fieldsOf(event);
    const done = await this.#saving.run(
      (key) => (answer ? this.session.api.changeCannedResponse(answer.id, {name, body}) : this.session.api.addCannedResponse({creator_id: this.creatorId, name, body}, {key})),
      {name, body},
    );
    if (!done) return;
    this.#draft.drop();
    this.editing = null;
    this.#answers.load();
  }

  /** @param {number} id */
  async #remove(id) {
    if (await this.#saving.run(() => this.session.api.removeCannedResponse(id), id)) this.#answers.load();
  }
}

customElements.define('canned-answers', CannedAnswers);
