import {html, nothing} from 'lit';
import {translate} from '../words/translate.js';
import {errorText} from './error-text.js';
import {liveRegion} from './base-elements.js';

/** @import {PagedList} from './paged-list.js' */

/** A place for what could not be read, with the button that tries it again. @param {Error | null} error @param {() => unknown} retry */
export function readFailure(error, retry) {
  const button = () => html`<button type="button" class="button button--quiet" data-testid="list-retry" @click=${retry}>${translate('list.retry')}</button>`;
  return liveRegion('alert', error ? html`<div class="notice notice--bad"><p>${errorText(error)}</p>${button()}</div>` : nothing);
}

/** For a list whose other states are drawn otherwise, or aren't drawn. @param {PagedList<any>} pages */
export const listFailure = (pages) => readFailure(pages.error, () => pages.retry());

/** What stands below a paged list: a failure, an empty state, or the button for more. @param {PagedList<any>} pages @param {unknown} empty */
export function listFooter(pages, empty) {
  return html`${listFailure(pages)}${pages.error ? nothing : listEnd(pages, empty)}`;
}

/** @param {PagedList<any>} pages @param {unknown} empty */
function listEnd(pages, empty) {
  if (!pages.loaded) return html`<div class="skeleton skeleton--line" aria-hidden="true"></div>`;
  if (pages.items.length === 0) return html`<div class="empty" data-testid="list-empty">${empty}</div>`;
  if (pages.cursor === null) return nothing;
  return html`<button type="button" class="button button--wide" data-testid="load-more" ?disabled=${pages.growing} @click=${() => pages.more()}>${translate('list.more')}</button>`;
}
