import {html, svg} from 'lit';

const SHAPES = {
  activity: svg`<path d="M3 12h4l3-8 4 16 3-8h4" />`,
  back: svg`<path d="M20 12H5M11 6l-6 6 6 6" />`,
  bell: svg`<path d="M6 9a6 6 0 1 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7Z" /><path d="M10 20a2.2 2.2 0 0 0 4 0" />`,
  book: svg`<path d="M5 4.5A1.5 1.5 0 0 1 6.5 3H19v15H6.5A1.5 1.5 0 0 0 5 19.5Z" /><path d="M5 19.5A1.5 1.5 0 0 0 6.5 21H19v-3" />`,
  check: svg`<path d="m5 12.5 4.5 4.5L19 7.5" />`,
  chevron: svg`<path d="m6 9 6 6 6-6" />`,
  close: svg`<path d="M6 6l12 12M18 6 6 18" />`,
  copy: svg`<rect x="9" y="9" width="11" height="11" rx="2" /><path d="M5 15V6a2 2 0 0 1 2-2h8" />`,
  download: svg`<path d="M12 4v11M7 11l5 5 5-5M5 20h14" />`,
  gift: svg`<path d="M4 11h16v9H4zM3 7h18v4H3zM12 7v13M12 7c-2-4-6-3-5 0M12 7c2-4 6-3 5 0" />`,
  inbox: svg`<path d="M4 13 6.5 5h11L20 13v6H4Z" /><path d="M4 13h5l1.5 2.5h3L15 13h5" />`,
  keyboard: svg`<rect x="3" y="6" width="18" height="12" rx="2" /><path d="M7 10h.01M11 10h.01M15 10h.01M8 14h8" />`,
  leave: svg`<path d="M10 4H5v16h5M14 8l4 4-4 4M18 12H9" />`,
  link: svg`<path d="M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1 1" /><path d="M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1-1" />`,
  megaphone: svg`<path d="M4 10v4h3l9 4V6l-9 4ZM19 9.5a4 4 0 0 1 0 5M8 14l1.5 5" />`,
  pause: svg`<path d="M9 6v12M15 6v12" />`,
  people: svg`<circle cx="9" cy="8.5" r="3.5" /><path d="M3 20c0-4 2.5-6 6-6s6 2 6 6M15.5 5.3a3.5 3.5 0 0 1 0 6.4M17.5 14.5c2.3.6 3.5 2.5 3.5 5.5" />`,
  person: svg`<circle cx="12" cy="8.5" r="3.5" /><path d="M5.5 20c.5-4.5 3-6 6.5-6s6 1.5 6.5 6" />`,
  plus: svg`<path d="M12 5v14M5 12h14" />`,
  reply: svg`<path d="M20 5v9a3 3 0 0 1-3 3H9l-5 4V7a3 3 0 0 1 3-3h12Z" />`,
  search: svg`<circle cx="11" cy="11" r="6.5" /><path d="m16 16 4.5 4.5" />`,
  settings: svg`<path d="M4 7h9M17 7h3M4 17h3M11 17h9" /><circle cx="15" cy="7" r="2" /><circle cx="9" cy="17" r="2" />`,
  sort: svg`<path d="M7 5v14M4 16l3 3 3-3M13 7h7M13 12h5M13 17h3" />`,
  team: svg`<circle cx="12" cy="8" r="4" /><path d="M4.5 20.5c.5-4.5 3.3-6.5 7.5-6.5s7 2 7.5 6.5" />`,
  undo: svg`<path d="M4 9h10a5.5 5.5 0 0 1 0 11H8M4 9l4-4M4 9l4 4" />`,
};

/** Pictures that show a direction; where one reads from right to left they point the other way. @type {string[]} */
const DIRECTIONAL = ['back', 'leave', 'undo'];

/** @param {keyof typeof SHAPES} name @returns a decorative icon in the size and colour of the text */
export function icon(name) {
  return html`<svg class="icon ${DIRECTIONAL.includes(name) ? 'icon--directed' : ''}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${SHAPES[name]}</svg>`;
}

/** The bell of a reception desk standing on a book. */
export function logo() {
  return html`<svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect class="logo__book" x="4" y="21.5" width="24" height="6.5" rx="1.8" />
    <path class="logo__pages" d="M8.5 24.8H27" />
    <path class="logo__bell" d="M6.5 19a9.5 9.5 0 0 1 19 0Z" />
    <circle class="logo__bell" cx="16" cy="6.8" r="2.1" />
  </svg>`;
}
