import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {changesCreatorLists} from '../client/store.js';
import {FormDraft} from '../ui/form-draft.js';
import {SessionElement} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {listFooter} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {initials} from '../ui/text-limits.js';
import {translateMarkup, translate} from '../words/translate.js';
import {teamRoles} from './team-roles.js';
import '../ui/confirm-button.js';
import '../words/later.js';

/** @import {Member, ServerMessage, TeamRole} from '../client/types.js' */

const ROLES = teamRoles();

/** Who answers requests beside the creator; the creator changes it, members see it. */
export class TeamPage extends SessionElement {
  static properties = {creatorId: {attribute: false}};

  #adding = new FormSubmission(this, {already_member: 'team.already', not_found: 'team.unknown', unreachable: 'error.unreachable_kept'});
  #changing = new FormSubmission(this);
  #draft = new FormDraft(this, () => ({drafts: this.session.drafts, form: `team-${this.creatorId}`}));
  #members = new PagedList(this, async () => ({items: (await this.session.api.team(this.creatorId)).members}));

  constructor() {
    super();
    this.creatorId = 0;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('creatorId')) this.#members.load();
  }

  /** @param {ServerMessage} message */
  messageReceived(message) {
    if (changesCreatorLists(message, this.creatorId)) this.#members.scheduleRefresh();
  }

  get #isCreator() {
    return this.session.me.user.id === this.creatorId;
  }

  render() {
    return html`<div class="narrow">
      <header class="page-head">
        <h1 tabindex="-1">${translate('team.title')}</h1>
        <p class="page-head__sub">${translate('team.lead')}</p>
      </header>
      ${this.#isCreator ? this.#form() : nothing} ${formError(this.#changing.message)}
      <ul class="rows" data-testid="team-list">
        ${repeat(
          this.#members.items,
          ({user_id}) => user_id,
          (member) => this.#row(member),
        )}
      </ul>
      ${listFooter(this.#members, html`<h2>${translate('team.none')}</h2><p>${translate('team.none_hint')}</p>`)}
    </div>`;
  }

  #form() {
    return html`<form class="panel inline-form" novalidate @submit=${this.#add}>
      ${formField({
        id: 'team-email',
        name: 'email',
        label: translate('team.add_email'),
        type: 'email',
        testid: 'team-add-email',
        error: this.#adding.fields.email ?? (this.#adding.message || undefined),
      })}
      <button class="button button--main" data-testid="team-add-submit" aria-disabled=${this.#adding.busy}>${translate('team.add')}</button>
      <p class="inline-form__foot">${translateMarkup('team.else', {link: html`<a href="${BASE_PATH}/creators/${this.creatorId}/invitations">${translate('team.else_link')}</a>`})}</p>
    </form>`;
  }

  /** @param {Member} member */
  #row(member) {
    const {user_id, display_name, email, active} = member;
    return html`<li class="row ${active ? '' : 'row--off'}" data-testid="team-member" data-user-id=${user_id} data-active=${active}>
      <span class="avatar" aria-hidden="true">${initials(display_name)}</span>
      <div class="row__main">
        <p class="row__name">${display_name} ${active ? nothing : html`<span class="badge badge--cancelled">${translate('team.inactive')}</span>`}</p>
        <p class="row__sub">${email}</p>
      </div>
      ${
        this.#isCreator
          ? html`<div class="row__actions">
            <select class="input input--small" aria-label=${translate('team.role', {name: display_name})} data-testid="team-role" .value=${member.role} ?disabled=${this.#changing.busy}
              @change=${(/** @type {Event} */ event) => this.#setRole(member, /** @type {HTMLSelectElement} */ (event.target).value)}>
              ${ROLES.map(([role, label]) => html`<option value=${role} ?selected=${role === member.role}>${label}</option>`)}
            </select>
            <button type="button" class="button button--quiet" data-testid="team-toggle" aria-disabled=${this.#changing.busy} @click=${() => this.#activate(member)}>
              ${translate(active ? 'team.deactivate' : 'team.activate')}
            </button>
            <confirm-button testid="team-remove" label=${translate('team.remove')} question=${translate('team.remove_sure', {name: display_name})} yes=${translate('team.remove')} @confirmed=${() => this.#remove(member)}></confirm-button>
          </div>`
          : html`<span class="row__tier">${ROLES.find(([role]) => role === member.role)?.[1]}</span>`
      }
    </li>`;
  }

  /** @param {SubmitEvent} event */
  async #add(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const {email = ''} = formValues(event);
    const clear = this.#draft.sending(form);
    if (!(await this.#adding.run((key) => this.session.api.addMember(this.creatorId, email, {key}), {email}))) return;
    clear();
    this.showToast(translate('team.added', {name: email}));
    this.#members.load();
  }

  /** Shows the role at once, and the one before where it was refused. @param {Member} member @param {string} role */
  async #setRole(member, role) {
    const before = member.role;
    member.role = /** @type {TeamRole} */ (role);
    if (!(await this.#changing.run(() => this.session.api.changeRole(member.user_id, this.creatorId, role)))) member.role = before;
    this.#members.load();
  }

  /** @param {Member} member */
  async #activate({user_id, active}) {
    await this.#changing.run(() => this.session.api.activateMember(user_id, this.creatorId, !active));
    this.#members.load();
  }

  /** @param {Member} member */
  async #remove({user_id, display_name}) {
    if (await this.#changing.run(() => this.session.api.removeMember(user_id, this.creatorId))) this.showToast(translate('team.removed', {name: display_name}));
    this.#members.load();
  }
}

customElements.define('team-page', TeamPage);
