import {html, nothing} from 'lit';
import {translate} from '../words/translate.js';
import {ReceiptElement} from './receipt-element.js';

/**
 * Shows a supporter whether the team has received their latest message, until the team has answered; not who has.
 *
 * @extends {ReceiptElement<{seen: boolean}>}
 */
export class RequestSeen extends ReceiptElement {
  render() {
    if (!this.receipt || !this.#haveLastWord) return nothing;
    const {seen} = this.receipt;
    return html`<p class="receipt" role="status" data-testid="request-seen" data-seen=${seen}>${translate(seen ? 'receipt.team_seen' : 'receipt.team_waiting')}</p>`;
  }

  /** Whether nobody of the team has answered since: who answers has seen it. */
  get #haveLastWord() {
    const {replies, status, user_id} = this.request;
    const last = replies.at(-1);
    return last ? last.user_id === user_id : status === 'pending';
  }

  async fetch() {
    return (await this.session.api.seen(this.request.id)).items.at(-1);
  }

  isFinal() {
    return !this.#haveLastWord || this.receipt?.seen === true;
  }
}

customElements.define('request-seen', RequestSeen);
