import {html, nothing} from 'lit';
import {translateMarkup, translate} from '../words/translate.js';
import {ReceiptElement} from './receipt-element.js';
import '../ui/time-ago.js';

/** @import {Receipt} from '../client/types.js' */

/**
 * Shows an admin whether the latest reply or decision has reached a device of the supporter.
 *
 * @extends {ReceiptElement<Receipt>}
 */
export class RequestReceipt extends ReceiptElement {
  render() {
    if (!this.receipt) return nothing;
    const {received_at} = this.receipt;
    const {user_name} = this.request;
    return html`<p class="receipt" data-testid="request-receipt" data-received=${received_at !== null}>
      ${
        received_at
          ? translateMarkup('receipt.reached', {name: user_name, time: html`<time-ago .time=${received_at}></time-ago>`})
          : translate('receipt.waiting', {name: user_name})
      }
    </p>`;
  }

  async fetch() {
    const {id, user_id} = this.request;
    const {items} = await this.session.api.receipts(id);
    return items.findLast(({actor_id}) => actor_id !== user_id);
  }

  isFinal() {
    return !this.receipt || this.receipt.received_at !== null;
  }
}

customElements.define('request-receipt', RequestReceipt);
