import {html, nothing} from 'lit';

/** @param {number} creatorId @param {'supporters' | 'tiers' | 'invitations'} current @param {boolean} isCreator */
export function supportersNav(creatorId, current, isCreator) {
  const places = [['supporters', 'Supporters'], ['tiers', 'Tiers'], ...(isCreator ? [['invitations', 'Invitations']] : [])];
  return html`<nav class="tabs" aria-label="Supporters">
    ${places.map(
      ([place, label]) => html`<a class="tab" href="/creators/${creatorId}/${place}" data-testid="tab-${place}" aria-current=${place === current ? 'page' : nothing}>${label}</a>`,
    )}
  </nav>`;
}
