import {html} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {translate} from '../words/translate.js';
import '../key/account-keys.js';

/** The user's own account. */
export class OwnAccountPage extends SessionElement {
  render() {
    return html`<div class="narrow">
      <header class="page-head"><h1 tabindex="-1">${translate('own.title')}</h1></header>
      <account-keys .session=${this.session}></account-keys>
    </div>`;
  }
}

customElements.define('own-account-page', OwnAccountPage);
