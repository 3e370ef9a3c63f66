import {html} from 'lit';
import {translate} from '../words/translate.js';
import {icon} from './icon-set.js';
import {truncateSearch} from './text-limits.js';

/**
 * A search form; `search` is called with the new words when they are sent or cleared, or the field is left. While nobody
 * is in the field, it says what was searched for.
 *
 * @param {{sought: string, label: string, placeholder: string, testid: string, search: (sought: string) => void}} parts
 */
export function searchField({sought, label, placeholder, testid, search}) {
  let known = sought; // Enter fires both events, before this is drawn again
  const sent = (/** @type {Event} */ event) => {
    event.preventDefault();
    const input = /** @type {HTMLElement} */ (event.currentTarget).querySelector('input');
    const words = truncateSearch(input?.value.trim() ?? '');
    if (words === known) return;
    known = words;
    search(words);
  };
  const field = /** @type {HTMLInputElement | null} */ (document.getElementById(testid));
  if (field && field !== document.activeElement) field.value = sought;
  return html`<form class="search" role="search" @submit=${sent} @search=${sent} @change=${sent}>
    ${icon('search')}
    <label class="visually-hidden" for=${testid}>${label}</label>
    <input class="input" id=${testid} name="q" type="search" placeholder=${placeholder} .value=${sought} data-testid=${testid} />
    <button class="visually-hidden" data-testid="${testid}-submit">${translate('form.search')}</button>
  </form>`;
}
