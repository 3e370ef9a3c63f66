import {BASE} from '../base-path.js';
import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {changesDesk} from '../client/desk-update.js';
import {Draft} from '../ui/form-draft.js';
import {SessionElement} from '../ui/base-elements.js';
import {field, formError} from '../ui/form-field.js';
import {listFoot} from '../ui/list-footer.js';
import {Pages} from '../ui/paged-list.js';
import {fieldsOf, Submission} from '../ui/form-submission.js';
import {initials} from '../ui/initials.js';
import {phrase, say} from '../words/translate.js';
import '../ui/confirm-button.js';

/** @import {Member, ServerMessage} from '../client/types.js' */

/** Who answers requests beside the creator; the creator changes it, members see it. */
export class TeamPage extends SessionElement {
  static properties = {creatorId: {attribute: false}};

  #adding = new Submission(this, {already_member: 'team.already', not_found: 'team.unknown', unreachable: 'error.unreachable_kept'});
  #changing = new Submission(this);
  #draft = new Draft(this, () => ({drafts: this.session.drafts, form: `team-${this.creatorId}`}));
  #members = new Pages(this, async () => ({items: (await this.session.api.team(this.creatorId)).members}));

  constructor() {
    super();
    this.creatorId = 0;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('creatorId')) this.#members.load();
  }

  /** @param {ServerMessage} message */
  heard(message) {
    if (changesDesk(message, this.creatorId)) this.#members.refreshSoon();
  }

  get #isCreator() {
    return this.session.me.user.id === this.creatorId;
  }

  render() {
    return html`<div class="narrow">
      <header class="page-head">
        <h1 tabindex="-1">${say('team.title')}</h1>
        <p class="page-head__sub">${say('team.lead')}</p>
      </header>
      ${this.#isCreator ? this.#form() : nothing} ${formError(this.#changing.message)}
      <ul class="rows" data-testid="team-list">
        ${repeat(this.#members.items, ({user_id}) => user_id, (member) => this.#row(member))}
      </ul>
      ${listFoot(this.#members, html`<h2>${say('team.none')}</h2><p>${say('team.none_hint')}</p>`)}
    </div>`;
  }

  #form() {
    return html`<form class="panel inline-form" novalidate @submit=${this.#add}>
      ${field({
        id: 'team-email',
        name: 'email',
        label: say('team.add_email'),
        type: 'email',
        testid: 'team-add-email',
        error: this.#adding.fields.email ?? (this.#adding.message || undefined),
      })}
      <button class="button button--main" data-testid="team-add-submit" ?disabled=${this.#adding.busy}>${say('team.add')}</button>
      <p class="inline-form__foot">${phrase('team.else', {link: html`<a href="${BASE}/creators/${this.creatorId}/invitations">${say('team.else_link')}</a>`})}</p>
    </form>`;
  }

  /** @param {Member} member */
  #row(member) {
    const {user_id, display_name, email, active} = member;
    return html`<li class="row ${active ? '' : 'row--off'}" data-testid="team-member" data-user-id=${user_id} data-active=${active}>
      <span class="avatar" aria-hidden="true">${initials(display_name)}</span>
      <div class="row__main">
        <p class="row__name">${display_name} ${active ? nothing : html`<span class="badge badge--cancelled">${say('team.inactive')}</span>`}</p>
        <p class="row__sub">${email}</p>
      </div>
      ${this.#isCreator
        ? html`<div class="row__actions">
            <button type="button" class="button button--quiet" data-testid="team-toggle" ?disabled=${this.#changing.busy} @click=${() => this.#activate(member)}>
              ${say(active ? 'team.deactivate' : 'team.activate')}
            </button>
            <confirm-button testid="team-remove" label=${say('team.remove')} question=${say('team.remove_sure', {name: display_name})} yes=${say('team.remove')} @confirmed=${() => this.#remove(member)}></confirm-button>
          </div>`
        : nothing}
    </li>`;
  }

  /** @param {SubmitEvent} event */
  async #add(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const {email = ''} = fieldsOf(event);
    if (!(await this.#adding.run((key) => this.session.api.addMember(this.creatorId, email, {key}), {email}))) return;
    this.#draft.drop();
    form.reset();
    this.tell(say('team.added', {name: email}));
    this.#members.load();
  }

  /** @param {Member} member */
  async #activate({user_id, active}) {
    await this.#changing.run(() => this.session.api.activateMember(user_id, this.creatorId, !active));
    this.#members.load();
  }

  /** @param {Member} member */
  async #remove({user_id, display_name}) {
    if (await this.#changing.run(() => this.session.api.removeMember(user_id, this.creatorId))) this.tell(say('team.removed', {name: display_name}));
    this.#members.load();
  }
}

customElements.define('team-page', TeamPage);
