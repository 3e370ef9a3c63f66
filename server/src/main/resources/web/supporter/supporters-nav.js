import {html, nothing} from 'lit';
import {ref} from 'lit/directives/ref.js';
import {showCurrent} from '../ui/tabs.js';

/** @param {number} creatorId @param {'supporters' | 'tiers' | 'invitations'} current @param {boolean} isCreator */
export function supportersNav(creatorId, current, isCreator) {
  const places = [['supporters', 'Supporters'], ['tiers', 'Tiers'], ...(isCreator ? [['invitations', 'Invitations']] : [])];
  return html`<nav class="tabs" aria-label="Supporters" ${ref(showCurrent)}>
    ${places.map(
      ([place, label]) => html`<a class="tab" href="/creators/${creatorId}/${place}" data-testid="tab-${place}" aria-current=${place === current ? 'page' : nothing}>${label}</a>`,
    )}
  </nav>`;
}
