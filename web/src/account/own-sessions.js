import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {SessionElement} from '../ui/base-elements.js';
import {formError} from '../ui/form-field.js';
import {FormSubmission} from '../ui/form-submission.js';
import {listFooter} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import {dateInWords} from '../words/time-text.js';
import {translate, translateMarkup} from '../words/translate.js';
import '../ui/confirm-button.js';
import '../ui/time-ago.js';
import '../words/later.js';

/** @import {OwnSession} from '../client/types.js' */

/** Where one is signed in; each can be signed out. */
export class OwnSessions extends SessionElement {
  #ending = new FormSubmission(this);
  #sessions = new PagedList(this, () => this.session.api.sessions());
  #reload = () => this.#sessions.load();

  connectedCallback() {
    super.connectedCallback();
    this.parentElement?.addEventListener('password-changed', this.#reload);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.parentElement?.removeEventListener('password-changed', this.#reload);
  }

  firstUpdated() {
    this.#sessions.load();
  }

  render() {
    const {items} = this.#sessions;
    return html`<section class="panel">
      <h2 class="panel__title">${translate('own.sessions')}</h2>
      <p class="panel__text">${translate('own.sessions_lead')}</p>
      ${formError(this.#ending.message)}
      <ul class="rows" data-testid="own-sessions">
        ${repeat(
          items,
          ({id}) => id,
          (session) => this.#row(session),
        )}
      </ul>
      ${listFooter(this.#sessions, nothing)}
      ${
        items.length > 1
          ? html`<confirm-button testid="own-sessions-end" label=${translate('own.sessions_end')} question=${translate('own.sessions_end_sure')} yes=${translate('account.sign_out')}
            ?disabled=${this.#ending.busy} @confirmed=${() => this.#endOthers()}></confirm-button>`
          : nothing
      }
    </section>`;
  }

  /** @param {OwnSession} session */
  #row({id, client, address, created_at, last_used_at, current}) {
    return html`<li class="row" data-testid="own-session" data-current=${current}>
      <div class="row__main">
        <p class="row__name">${client ?? translate('own.session_unknown')} ${current ? html`<span class="badge">${translate('own.session_this')}</span>` : nothing}</p>
        <p class="row__sub">${translateMarkup('own.session_used', {time: html`<time-ago time=${last_used_at}></time-ago>`})}${address ? html` · <bdi>${address}</bdi>` : nothing}</p>
        <p class="row__sub">${translate('own.session_begun', {date: dateInWords(created_at)})}</p>
      </div>
      ${
        current
          ? nothing
          : html`<div class="row__actions">
            <confirm-button testid="own-session-end" label=${translate('account.sign_out')} question=${translate('own.session_end_sure')} yes=${translate('account.sign_out')}
              ?disabled=${this.#ending.busy} @confirmed=${() => this.#end(id)}></confirm-button>
          </div>`
      }
    </li>`;
  }

  /** @param {number} id */
  async #end(id) {
    if (await this.#ending.run(() => this.session.api.endSession(id))) this.showToast(translate('own.session_ended'));
    this.#reload();
  }

  async #endOthers() {
    if (await this.#ending.run(() => this.session.api.endOtherSessions())) this.showToast(translate('own.sessions_ended'));
    this.#reload();
  }
}

customElements.define('own-sessions', OwnSessions);
