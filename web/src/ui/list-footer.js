import {html, nothing} from 'lit';
import {translate} from '../words/translate.js';
import {errorText} from './error-text.js';

/** @import {PagedList} from './paged-list.js' */

/** What stands below a paged list: a failure, an empty state, or the button for more. @param {PagedList<any>} pages @param {unknown} empty */
export function listFooter(pages, empty) {
  if (pages.error)
    return html`<div class="notice notice--bad" role="alert">
      <p>${errorText(pages.error)}</p>
      <button type="button" class="button button--quiet" data-testid="list-retry" @click=${() => pages.load()}>${translate('list.retry')}</button>
    </div>`;
  if (!pages.loaded) return html`<div class="skeleton skeleton--line" aria-hidden="true"></div>`;
  if (pages.items.length === 0) return html`<div class="empty" data-testid="list-empty">${empty}</div>`;
  if (pages.cursor === null) return nothing;
  return html`<button type="button" class="button button--wide" data-testid="load-more" ?disabled=${pages.loading} @click=${() => pages.more()}>${translate('list.more')}</button>`;
}
