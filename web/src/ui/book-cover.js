import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {LightElement} from './base-elements.js';

const CLOTHS = 12;
const ORNAMENTS = 5;

/** Covers that are not to be had at the moment, or never were. @type {Set<number>} */
const missing = new Set();

/** A book's own cover, or one made from title and author: the same book always wears the same one. */
export class BookCover extends LightElement {
  static properties = {title: {attribute: false}, author: {attribute: false}, coverId: {attribute: false}};

  constructor() {
    super();
    this.title = '';
    this.author = '';
    /** @type {number | null | undefined} of the picture in the catalogue */
    this.coverId = null;
  }

  render() {
    const seed = hash(`${this.title}\n${this.author}`);
    const look = `cover--cloth-${seed % CLOTHS} cover--ornament-${(seed >>> 8) % ORNAMENTS}`;
    return html`<div class="cover ${look}" aria-hidden="true">
      <span dir="auto" class="cover__title ${titleSize(this.title)}">${this.title}</span>
      <span dir="auto" class="cover__author">${this.author}</span>
      ${
        this.coverId && !missing.has(this.coverId)
          ? html`<img class="cover__picture" src="${BASE_PATH}/api/books/covers/${this.coverId}" alt="" loading="lazy" decoding="async" @error=${this.#failed} />`
          : nothing
      }
    </div>`;
  }

  #failed() {
    if (this.coverId) missing.add(this.coverId);
    this.requestUpdate();
  }
}

/** FNV-1a. @param {string} text */
function hash(text) {
  let value = 2166136261;
  for (const character of text) value = Math.imul(value ^ /** @type {number} */ (character.codePointAt(0)), 16777619);
  return (value ^ (value >>> 15)) >>> 0;
}

/** @param {string} title the longest word decides as much as the length does */
function titleSize(title) {
  const longest = Math.max(...title.split(/\s+/).map((word) => word.length));
  if (title.length > 44 || longest > 9) return 'cover__title--small';
  if (title.length > 22 || longest > 7) return 'cover__title--middle';
  if (title.length < 14 && longest < 8) return 'cover__title--large';
  return '';
}

customElements.define('book-cover', BookCover);
