import {html} from 'lit';
import {signedOutLayout} from './signed-out-layout.js';
import {LightElement, required, liveRegion} from '../ui/base-elements.js';
import {formError, formField} from '../ui/form-field.js';
import {FormSubmission, formValues} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import '../news/news-words.js';

/** @import {Api} from '../client/api.js' */

/** Where links in mails lead: what they do is done when a button is pressed, because programs open links too. */
export class MailLinkPage extends LightElement {
  static properties = {api: {attribute: false}, token: {attribute: false}, done: {state: true}};

  #sending = new FormSubmission(this, {not_found: 'news.link_invalid'});

  constructor() {
    super();
    /** @type {Api} */
    this.api = required();
    /** Such as `confirm=` and a secret; empty for somebody who has forgotten the password. */
    this.token = '';
    this.done = false;
    /** `mail` is false where no mail is set up. @type {{mail?: boolean} | null} */
    this.answer = null;
  }

  render() {
    const [kind] = this.token.split('=');
    const text = (/** @type {string} */ part) => {
      if (kind === 'unsubscribe') return translate(`news.link_unsubscribe_${part}`);
      if (kind === 'confirm') return translate(`news.link_confirm_${part}`);
      if (kind === 'address') return translate(`news.link_address_${part}`);
      return translate(`news.forgot_${part}`);
    };
    const forgot = !this.token.includes('=');
    return signedOutLayout(html`
      <h1 class="doorstep__title" tabindex="-1">${text('title')}</h1>
      ${liveRegion('status', this.done ? html`<p class="doorstep__lead" data-testid="news-link-done">${this.answer?.mail === false ? translate('account.forgot') : text('done')}</p>` : '')}
      ${
        this.done
          ? ''
          : html`<p class="doorstep__lead">${text('lead')}</p>
            <form novalidate @submit=${this.#send} data-testid="news-link-form">
              ${formError(this.#sending.message)}
              ${forgot ? formField({id: 'email', name: 'email', label: translate('account.email'), type: 'email', autocomplete: 'username', testid: 'forgot-email', error: this.#sending.fields.email}) : ''}
              <button class="button button--main button--wide" data-testid="news-link-submit" aria-disabled=${this.#sending.busy}>${text('do')}</button>
            </form>`
      }
    `);
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const [kind, token] = this.token.split('=');
    const {email = ''} = formValues(event);
    const content = token ? {token} : {email};
    if (await this.#sending.run(async () => (this.answer = await this.api.followMailLink(token ? kind : 'forgot', content)), content)) this.done = true;
  }
}

customElements.define('mail-link-page', MailLinkPage);
