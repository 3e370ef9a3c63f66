import {html} from 'lit';
import {translate} from '../words/translate.js';

/** @import {Status} from '../client/types.js' */

/** In the order in which they are shown. @type {Status[]} */
export const STATUSES = ['pending', 'approved', 'rejected', 'completed', 'cancelled'];

/** @param {Status} status */
export function statusBadge(status) {
  return html`<span class="badge badge--${status}" data-testid="request-status">${translate(`status.${status}`)}</span>`;
}
