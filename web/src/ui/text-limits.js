import {translate} from '../words/translate.js';

/** What nobody sees and no text needs: controls, overrides of direction, the byte order mark. */
const INVISIBLE = /[\p{Cc}\u202A-\u202E\u2066-\u2069\uFEFF]/gu;
const ALLOWED_CONTROLS = /[\n\r\t]/;
const MOST_SOUGHT = 200;
const MOST_SOUGHT_BYTES = 2000;
const TYPES = ['text', 'search', 'email', 'textarea'];

/** Characters as the server counts them: a flag, a family of emoji, a letter with its accents is one. */
const segmenter = new Intl.Segmenter(undefined, {granularity: 'grapheme'});
const encoder = new TextEncoder();

/** @param {string} text */
// eslint-disable-next-line no-control-regex -- every ASCII character is one that people see as one
const isAscii = (text) => /^[\x01-\x7f]*$/.test(text);

/** @param {string} text */
export function countGraphemes(text) {
  return isAscii(text) ? text.length : [...segmenter.segment(text)].length;
}

/** The first characters of a text. @param {string} text @param {number} most */
export function truncate(text, most) {
  if (text.length <= most) return text;
  return isAscii(text)
    ? text.slice(0, most)
    : [...segmenter.segment(text)]
        .slice(0, most)
        .map(({segment}) => segment)
        .join('');
}

/**
 * As much of a text as can be looked up: the server takes so many characters, and an address of 8 KiB, in which a
 * character may have dozens of bytes of three signs each.
 *
 * @param {string} text
 */
export function truncateSearch(text) {
  const start = truncate(text, MOST_SOUGHT);
  if (encoder.encode(start).length <= MOST_SOUGHT_BYTES) return start;
  let kept = '';
  let bytes = 0;
  for (const {segment} of segmenter.segment(start)) {
    bytes += encoder.encode(segment).length;
    if (bytes > MOST_SOUGHT_BYTES) break;
    kept += segment;
  }
  return kept;
}

/** @param {string} text */
export function stripInvisible(text) {
  return text.replace(INVISIBLE, (sign) => (ALLOWED_CONTROLS.test(sign) ? sign : ''));
}

/**
 * Takes out of every field what cannot be stored, as soon as it is pasted, and what is beyond the characters the field
 * may have (`data-most`), and says so.
 *
 * @param {EventTarget} page @param {(text: string) => void} tell
 */
export function enforceFieldLimits(page, tell) {
  const check = (/** @type {Event} */ event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (/** @type {InputEvent} */ (event).isComposing || !TYPES.includes(field.type)) return;
    const most = Number(field.dataset.most ?? Infinity);
    const seen = stripInvisible(field.value);
    const fits = truncate(seen, most);
    if (fits === field.value) return;
    const taken = seen !== field.value;
    replace(field, fits);
    tell(taken ? translate('form.taken_out') : translate('form.cut', {most}));
  };
  page.addEventListener('input', check, {capture: true});
  page.addEventListener('compositionend', check, {capture: true});
}

/** Leaves the caret where it was in what is kept. @param {HTMLInputElement} field @param {string} text */
function replace(field, text) {
  const caret = field.type === 'email' ? null : field.selectionEnd;
  const before = caret === null ? 0 : Math.min(stripInvisible(field.value.slice(0, caret)).length, text.length);
  field.value = text;
  if (caret !== null) field.setSelectionRange(before, before);
}

/** @param {string} name */
export function initials(name) {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words[words.length - 1] : '']
    .map((word) => truncate(word, 1))
    .join('')
    .toUpperCase();
}
