import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {changesCreatorLists} from '../client/store.js';
import {SessionElement} from '../ui/base-elements.js';
import {formError} from '../ui/form-field.js';
import {FormSubmission} from '../ui/form-submission.js';
import {listFooter} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import {translate} from '../words/translate.js';
import '../words/later.js';

/** @import {FormerSupporter, ServerMessage, Tier} from '../client/types.js' */

/** Those who are no longer supporters, to be brought back or unblocked. Emits `changed`. */
class FormerSupporters extends SessionElement {
  static properties = {creatorId: {attribute: false}, tiers: {attribute: false}};

  #changing = new FormSubmission(this);
  /** @type {PagedList<FormerSupporter>} */
  #people = new PagedList(this, (cursor) => this.session.api.formerSupporters({creator_id: this.creatorId, limit: 50, cursor}));

  constructor() {
    super();
    this.creatorId = 0;
    /** @type {Tier[]} */
    this.tiers = [];
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('creatorId')) this.#people.load();
  }

  /** @param {ServerMessage} message */
  messageReceived(message) {
    if (changesCreatorLists(message, this.creatorId)) this.#people.scheduleRefresh();
  }

  render() {
    if (this.#people.items.length === 0 && !this.#people.error) return nothing;
    return html`<details class="panel" data-testid="former-supporters">
      <summary>${translate('supporters.former')}</summary>
      ${formError(this.#changing.message)}
      <ul class="rows">
        ${repeat(
          this.#people.items,
          ({user_id}) => user_id,
          (person) => this.#row(person),
        )}
      </ul>
      ${listFooter(this.#people, nothing)}
    </details>`;
  }

  /** @param {FormerSupporter} person */
  #row({user_id, display_name, email, tier_id, blocked}) {
    const unblock = () => this.session.api.unblockSupporter(user_id, this.creatorId);
    const tier = this.tiers.find(({id}) => id === tier_id) ?? this.tiers[0];
    const restore = () => this.session.api.restoreSupporter(user_id, this.creatorId, tier.id);
    return html`<li class="row" data-testid="former-supporter" data-user-id=${user_id}>
      <div class="row__main">
        <p class="row__name">${display_name} ${blocked ? html`<span class="badge badge--cancelled">${translate('supporters.blocked')}</span>` : nothing}</p>
        <p class="row__sub">${email}</p>
      </div>
      <div class="row__actions">
        <button type="button" class="button button--quiet" data-testid="former-restore" aria-disabled=${this.#changing.busy || this.tiers.length === 0 || !this.session.mayDecideAbout(this.creatorId, user_id)} @click=${() => this.#change(blocked ? unblock : restore)}>
          ${translate(blocked ? 'supporters.unblock' : 'supporters.restore')}
        </button>
      </div>
    </li>`;
  }

  /** @param {() => Promise<unknown>} command */
  async #change(command) {
    await this.#changing.run(command);
    this.#people.load();
    this.emit('changed');
  }
}

customElements.define('former-supporters', FormerSupporters);
