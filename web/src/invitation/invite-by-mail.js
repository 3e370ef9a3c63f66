import {html} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {formError, formField} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {icon} from '../ui/icon-set.js';
import {translate} from '../words/translate.js';
import {teamRoles} from '../team/team-roles.js';
import '../words/later.js';

/** @import {Tier} from '../client/types.js' */

/** Invites several people by mail, each with a link of their own. Only for where mail is set up. */
export class InviteByMail extends SessionElement {
  static properties = {creatorId: {attribute: false}, tiers: {attribute: false}, kind: {state: true}};

  #sending = new FormSubmission(this);
  /** @type {string[]} */
  #emails = [];

  constructor() {
    super();
    this.creatorId = 0;
    /** @type {Tier[]} */
    this.tiers = [];
    this.kind = 'supporter';
  }

  render() {
    const wrong = this.#sending.fields;
    const tiers = /** @type {[number, string][]} */ (this.tiers.map(({id, name}) => [id, name]));
    /** @type {[string, string][]} */
    const kinds = ['supporter', 'team'].map((kind) => [kind, translate(`invitations.${kind}`)]);
    const isCreator = this.session.me.user.id === this.creatorId;
    return html`<form class="panel panel--form" novalidate @submit=${this.#send} @change=${this.#onKind} data-testid="invite-by-mail">
      <h2 class="panel__title">${translate('invitations.mail_title')}</h2>
      ${formError(this.#sending.message)}
      ${formField({id: 'invite-emails', name: 'emails', label: translate('invitations.mail_addresses'), rows: 3, hint: translate('invitations.mail_hint'), testid: 'invite-emails', error: this.#wrongEmails(wrong)})}
      <div class="pair">
        ${formField({id: 'invite-mail-kind', name: 'kind', label: translate('invitations.who'), options: isCreator ? kinds : kinds.slice(0, 1), value: this.kind, testid: 'invite-mail-kind', error: wrong.kind})}
        ${
          this.kind === 'team'
            ? formField({
                id: 'invite-mail-role',
                name: 'team_role',
                label: translate('invitations.role'),
                options: teamRoles(),
                value: 'answer',
                testid: 'invite-mail-role',
                error: wrong.team_role,
              })
            : formField({
                id: 'invite-mail-tier',
                name: 'tier_id',
                label: translate('invitations.tier'),
                options: tiers,
                testid: 'invite-mail-tier',
                error: wrong.tier_id,
              })
        }
      </div>
      <button class="button button--main" data-testid="invite-mail-submit" aria-disabled=${this.#sending.busy}>${icon('people')} ${translate('invitations.mail_send')}</button>
    </form>`;
  }

  /** Names the addresses that are wrong. @param {Record<string, string>} wrong */
  #wrongEmails(wrong) {
    if (wrong.emails) return translate('invitations.mail_hint');
    return this.#emails.flatMap((email, index) => (wrong[`emails[${index}]`] ? [`${email}: ${wrong[`emails[${index}]`]}`] : [])).join(' ');
  }

  /** @param {Event} event */
  #onKind(event) {
    const {name, value} = /** @type {HTMLSelectElement} */ (event.target);
    if (name === 'kind') this.kind = value;
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const {emails = '', kind, tier_id, team_role} = formValues(event);
    this.#emails = emails.split(/[\s,;]+/).filter(Boolean);
    const wish = {creator_id: this.creatorId, kind, ...(tier_id && {tier_id: Number(tier_id)}), ...(team_role && {team_role}), emails: this.#emails};
    let count = 0;
    const sent = await this.#sending.run(async (key) => ({accepted: count} = await this.session.api.inviteByMail(wish, {key})), wish);
    if (!sent) return;
    /** @type {HTMLTextAreaElement} */ (form.elements.namedItem('emails')).value = '';
    this.showToast(translate('invitations.mail_sent', {count}));
  }
}

customElements.define('invite-by-mail', InviteByMail);
