import {formatNumber} from '../words/translate.js';

/** The page's icon with a number on it, which is read against light and dark tab bars. @param {number} count */
function countedIcon(count) {
  const text = count > 99 ? '99' : String(count);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
  <style>.book{fill:#35558f}.bell{fill:#c98a1b}@media (prefers-color-scheme:dark){.book{fill:#8fb0ee}.bell{fill:#e0ab4c}}</style>
  <rect class="book" x="3" y="21.5" width="26" height="7" rx="2"/><path class="bell" d="M6 19.5a10 10 0 0 1 20 0Z"/><circle class="bell" cx="16" cy="6.5" r="2.3"/>
  <rect x="${text.length > 1 ? 9 : 14}" y="0" width="${text.length > 1 ? 23 : 18}" height="19" rx="9.5" fill="#b3261e" stroke="#fff" stroke-width="1.5"/>
  <text x="${text.length > 1 ? 20.5 : 23}" y="14.6" text-anchor="middle" font-family="system-ui,sans-serif" font-weight="700" font-size="15" fill="#fff">${text}</text></svg>`;
}

/** How much is unread, where it is seen without the page: in the title, in the tab's icon, on the icon of an installed page. */
export class UnreadBadge {
  #icon = /** @type {HTMLLinkElement} */ (document.querySelector('link[rel=icon]'));
  #plain = this.#icon.href;
  #shown = 0;

  /** @param {number} unread */
  show(unread) {
    document.title = unread > 0 ? `(${formatNumber(unread)}) Bookbell` : 'Bookbell';
    if (unread === this.#shown) return;
    this.#shown = unread;
    this.#icon.href = unread > 0 ? `data:image/svg+xml,${encodeURIComponent(countedIcon(unread))}` : this.#plain;
    if (unread > 0) navigator.setAppBadge?.(unread).catch(() => {});
    else navigator.clearAppBadge?.().catch(() => {});
  }
}
