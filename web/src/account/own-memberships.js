import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {SessionElement} from '../ui/base-elements.js';
import {formError} from '../ui/form-field.js';
import {FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import '../ui/confirm-button.js';
import '../words/later.js';

/** The creators whom one supports and the teams one is on; each can be left. */
export class OwnMemberships extends SessionElement {
  #leaving = new FormSubmission(this);

  render() {
    const {memberships, admin_of, user} = this.session.me;
    const teams = admin_of.filter(({creator_id}) => creator_id !== user.id);
    if (!memberships.length && !teams.length) return nothing;
    return html`<section class="panel" data-testid="own-memberships">
      <h2 class="panel__title">${translate('own.joined')}</h2>
      ${formError(this.#leaving.message)}
      <ul class="rows">
        ${repeat(
          memberships,
          ({creator_id}) => `membership ${creator_id}`,
          ({creator_id, creator_name, tier}) =>
            this.#row('membership', creator_name, tier, translate('own.leave_creator_sure', {name: creator_name}), () =>
              this.session.api.leaveCreator(creator_id),
            ),
        )}
        ${repeat(
          teams,
          ({creator_id}) => `team ${creator_id}`,
          ({creator_id, creator_name, role}) =>
            this.#row('team', creator_name, translate(`team.role_${role}`), translate('own.leave_team_sure', {name: creator_name}), () =>
              this.session.api.leaveTeam(creator_id),
            ),
        )}
      </ul>
    </section>`;
  }

  /** @param {'membership' | 'team'} kind @param {string} name @param {string} detail @param {string} question @param {() => Promise<unknown>} leave */
  #row(kind, name, detail, question, leave) {
    return html`<li class="row" data-testid="own-${kind}">
      <div class="row__main">
        <p class="row__name"><bdi>${name}</bdi></p>
        <p class="row__sub"><bdi>${detail}</bdi></p>
      </div>
      <div class="row__actions">
        <confirm-button testid="own-leave" label=${translate('own.leave')} question=${question} yes=${translate('own.leave')}
          ?disabled=${this.#leaving.busy} @confirmed=${() => this.#leave(name, leave)}></confirm-button>
      </div>
    </li>`;
  }

  /** @param {string} name @param {() => Promise<unknown>} leave */
  async #leave(name, leave) {
    if (!(await this.#leaving.run(leave))) return;
    this.showToast(translate('own.left', {name}));
    await this.session.reload().catch(() => {}); // the live message says it, too
    this.requestUpdate();
  }
}

customElements.define('own-memberships', OwnMemberships);
