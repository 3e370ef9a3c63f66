import {html} from 'lit';
import {STATUS} from '../ui/words.js';

/** @param {import('../client/types.js').Status} status */
export function statusBadge(status) {
  return html`<span class="badge badge--${status}" data-testid="request-status">${STATUS[status]}</span>`;
}
