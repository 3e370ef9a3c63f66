import {BASE} from '../base-path.js';
import {html, nothing} from 'lit';
import {ref} from 'lit/directives/ref.js';
import {showCurrent} from '../ui/tab-row.js';
import {say} from '../words/translate.js';

/** @param {number} creatorId @param {'supporters' | 'tiers' | 'invitations'} current @param {boolean} isCreator */
export function supportersNav(creatorId, current, isCreator) {
  const places = [['supporters', say('supporters.title')], ['tiers', say('tiers.title')], ...(isCreator ? [['invitations', say('invitations.title')]] : [])];
  return html`<nav class="tabs" aria-label=${say('supporters.title')} ${ref(showCurrent)}>
    ${places.map(
      ([place, label]) => html`<a class="tab" href="${BASE}/creators/${creatorId}/${place}" data-testid="tab-${place}" aria-current=${place === current ? 'page' : nothing}>${label}</a>`,
    )}
  </nav>`;
}
