import {BASE_PATH} from '../base-path.js';
import {html} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {ApiError} from '../client/http.js';
import {serverNow} from '../client/server-clock.js';
import {SessionElement} from '../ui/base-elements.js';
import {formError} from '../ui/form-field.js';
import {FormSubmission} from '../ui/form-submission.js';
import {listFooter} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import {dateInWords} from '../words/time-text.js';
import {locale, translate, translateMarkup} from '../words/translate.js';
import '../ui/confirm-button.js';
import '../ui/time-ago.js';
import './new-key.js';
import '../words/later.js';

/** @import {Key} from '../client/types.js' */

const listed = new Intl.ListFormat(locale, {type: 'conjunction', style: 'narrow'});

/** A part of the account page: the keys with which programs act for the user. */
export class AccountKeys extends SessionElement {
  #revoking = new FormSubmission(this);
  /** @type {PagedList<Key>} */
  #keys = new PagedList(this, () => this.session.api.keys());

  firstUpdated() {
    this.#keys.load();
  }

  render() {
    const description = html`<a href="${BASE_PATH}/api-docs" target="_blank">${translate('keys.api')}</a>`;
    return html`<section class="panel" aria-labelledby="keys-title" data-testid="account-keys">
      <h2 class="panel__title" id="keys-title">${translate('keys.title')}</h2>
      <p class="panel__text">${translateMarkup('keys.lead', {api: description})}</p>
      <new-key class="new-key" .session=${this.session} @key-made=${() => this.#keys.load()}></new-key>
      ${formError(this.#revoking.message)}
      <ul class="rows" data-testid="key-list">
        ${repeat(
          this.#keys.items,
          ({id}) => id,
          (key) => this.#row(key),
        )}
      </ul>
      ${listFooter(this.#keys, html`<p>${translate('keys.none')}</p>`)}
    </section>`;
  }

  /** @param {Key} key */
  #row({id, name, start, scopes, expires_at, last_used_at}) {
    const expired = expires_at !== null && Date.parse(expires_at) <= serverNow();
    const used = last_used_at ? translateMarkup('keys.used', {time: html`<time-ago .time=${last_used_at}></time-ago>`}) : translate('keys.unused');
    return html`<li class="row ${expired ? 'row--off' : ''}" data-testid="key" data-key-id=${id}>
      <div class="row__main">
        <p class="row__name" data-testid="key-row-name">${name} <code class="key-start" dir="ltr">${start}…</code></p>
        <p class="row__sub" data-testid="key-row-scopes">${listed.format(scopes.map((scope) => translate(`keys.scope_${scope}`)))}</p>
        <p class="row__sub"><span data-testid="key-used">${used}</span> · ${expires_at ? translate(expired ? 'keys.expired' : 'keys.expires', {date: dateInWords(expires_at)}) : translate('keys.never_expires')}</p>
      </div>
      <div class="row__actions">
        <confirm-button testid="key-revoke" label=${translate('invitations.revoke')} question=${expired ? '' : translate('keys.revoke_sure', {name})} yes=${translate('invitations.revoke')} @confirmed=${() => this.#revoke(id)}></confirm-button>
      </div>
    </li>`;
  }

  /** @param {number} id */
  async #revoke(id) {
    const revoke = () => this.session.api.revokeKey(id).catch(acceptNotFound);
    if (await this.#revoking.run(revoke)) this.showToast(translate('keys.revoked'));
    this.#keys.load();
  }
}

/** A key that isn't there has been revoked already: in another window, or by a call whose answer was lost. @param {unknown} error */
function acceptNotFound(error) {
  if (!(error instanceof ApiError && error.status === 404)) throw error;
}

customElements.define('account-keys', AccountKeys);
