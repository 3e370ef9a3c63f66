import {html, nothing} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {errorText} from '../ui/error-text.js';
import {translate} from '../words/translate.js';
import {declineOffer, isOfferDeclined, pushState, turnOnPush} from './browser-push.js';
import './news-words.js';

/** Shown to somebody who has just asked for a book: the answer can come while the page is closed. Never again once declined. */
export class PushOffer extends SessionElement {
  static properties = {stage: {state: true}};

  constructor() {
    super();
    /** @type {'hidden' | 'offered' | 'refused'} */
    this.stage = 'hidden';
  }

  async firstUpdated() {
    if (!isOfferDeclined() && (await pushState(this.session.api)) === 'off') this.stage = 'offered';
  }

  render() {
    if (this.stage === 'hidden') return nothing;
    if (this.stage === 'refused') return html`<p class="notice" role="status" data-testid="push-refused">${translate('alert.refused')}</p>`;
    return html`<div class="notice" role="status" data-testid="push-offer">
      <p>${translate('news.push_offer')}</p>
      <p class="row__actions">
        <button type="button" class="button button--small" data-testid="push-yes" @click=${() => this.#accept()}>${translate('news.push_yes')}</button>
        <button type="button" class="button button--small button--link" data-testid="push-no" @click=${() => this.#decline()}>${translate('news.push_no')}</button>
      </p>
    </div>`;
  }

  async #accept() {
    try {
      const state = await turnOnPush(this.session.api);
      this.stage = state === 'refused' ? 'refused' : 'hidden';
      if (state === 'on') this.showToast(translate('news.push_on'));
    } catch (error) {
      this.showToast(translate('news.push_failed', {reason: errorText(/** @type {Error} */ (error))}), 'plain');
    }
  }

  #decline() {
    declineOffer();
    this.stage = 'hidden';
  }
}

customElements.define('push-offer', PushOffer);
