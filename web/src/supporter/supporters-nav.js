import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {ref} from 'lit/directives/ref.js';
import {scrollToCurrentTab} from '../ui/tab-row.js';
import {translate} from '../words/translate.js';
import '../words/later.js';

/** @param {number} creatorId @param {'supporters' | 'tiers' | 'invitations'} current @param {boolean} mayManage */
export function supportersNav(creatorId, current, mayManage) {
  const places = [
    ['supporters', translate('supporters.title')],
    ['tiers', translate('tiers.title')],
    ...(mayManage ? [['invitations', translate('invitations.title')]] : []),
  ];
  return html`<nav class="tabs" aria-label=${translate('supporters.title')} ${ref(scrollToCurrentTab)}>
    ${places.map(
      ([place, label]) =>
        html`<a class="tab" href="${BASE_PATH}/creators/${creatorId}/${place}" data-testid="tab-${place}" aria-current=${place === current ? 'page' : nothing}>${label}</a>`,
    )}
  </nav>`;
}
