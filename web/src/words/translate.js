/**
 * What the page says, in the reader's language. Whoever imports this module waits until that one catalogue is here, so
 * `translate` may be called from anywhere, at any time.
 *
 * @typedef {Partial<Record<Intl.LDMLPluralRule, string>>} PluralForms
 * @typedef {Record<string, string | PluralForms>} Catalogue
 */

/** The languages there is a catalogue for, each by its own name. @type {Record<string, string>} */
export const LANGUAGES = {en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español', ar: 'العربية', ja: '日本語'};

/** Written out, so that whoever reads the imports of the page finds them. @type {Record<string, () => Promise<{default: Catalogue}>>} */
const CATALOGUES = {
  en: () => import('./en.js'),
  de: () => import('./de.js'),
  fr: () => import('./fr.js'),
  es: () => import('./es.js'),
  ar: () => import('./ar.js'),
  ja: () => import('./ja.js'),
};

const RIGHT_TO_LEFT = ['ar'];
const STORAGE_KEY = 'bookbell.language';
const base = (/** @type {string} */ tag) => tag.split('-')[0].toLowerCase();

const preferred = [localStorage.getItem(STORAGE_KEY) ?? '', ...navigator.languages];
const current = preferred.map(base).find((code) => code in LANGUAGES) ?? 'en';

/** The language of the page: as chosen, or the first the browser asks for that there is, or English. */
export const language = () => current;

/** The language as Intl takes it: with the reader's own country, where the browser names one. */
export const locale = navigator.languages.find((tag) => base(tag) === current) ?? current;

const rightToLeft = RIGHT_TO_LEFT.includes(current);
document.documentElement.lang = current;
document.documentElement.dir = rightToLeft ? 'rtl' : 'ltr';

/** @type {Catalogue} */
const catalogue = {...(await CATALOGUES[current]()).default};
const plurals = new Intl.PluralRules(locale);
const numbers = new Intl.NumberFormat(locale);

/** Text that runs the other way than the sentence it is put into. */
const OPPOSITE_SCRIPT = rightToLeft ? /\p{Script=Latin}/u : /[\p{Script=Arabic}\p{Script=Hebrew}]/u;

/** Remembers the language and starts the page in it. @param {string} code */
export function chooseLanguage(code) {
  localStorage.setItem(STORAGE_KEY, code);
  location.reload();
}

/** Adds the texts of a view that a first one doesn't need. @param {Record<string, () => Promise<{default: Catalogue}>>} catalogues */
export async function addTranslations(catalogues) {
  Object.assign(catalogue, (await catalogues[current]()).default);
}

/** @param {string} key */
export const hasTranslation = (key) => key in catalogue;

/** What is between the cells of a line where tables are opened: no comma where it stands in decimal numbers. */
export const csvSeparator = numbers.formatToParts(1.5).some(({type, value}) => type === 'decimal' && value !== '.') ? 'semicolon' : 'comma';

/** @param {number} value */
export const formatNumber = (value) => numbers.format(value);

/**
 * A text of the catalogue with its placeholders filled in. Where it has plural forms, `count` chooses among them.
 *
 * @param {string} key @param {Record<string, string | number | null | undefined>} [values]
 */
export function translate(key, values) {
  return translateMarkup(key, values).join('');
}

/**
 * The same for a sentence with markup in it: a value may be a template. For the content of an element only.
 *
 * @param {string} key @param {Record<string, unknown>} [values] @returns {unknown[]}
 */
export function translateMarkup(key, values = {}) {
  const parts = textOf(key, Number(values.count)).split(/\{(\w+)\}/);
  return parts.map((part, index) => (index % 2 ? formatValue(values[part]) : part));
}

/** @param {string} key @param {number} count */
function textOf(key, count) {
  const found = catalogue[key];
  if (found === undefined) console.error(`There is no text "${key}" in ${current}.js`);
  if (typeof found !== 'object') return found ?? key;
  return found[plurals.select(count)] ?? found.other ?? key;
}

/** @param {unknown} value */
function formatValue(value) {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string' && OPPOSITE_SCRIPT.test(value)) return `\u2068${value}\u2069`;
  return value ?? '';
}

/** What the server calls everybody whose account was deleted: AccountStore.java has the same text. */
const REMOVED = 'Removed account';

/** @param {unknown} name of a person, as the server says it */
export const isRemoved = (name) => name === REMOVED;

/** @template T @param {T} name of a person, as the server says it @returns {T | string} */
export function personName(name) {
  return isRemoved(name) ? translate('own.removed') : name;
}
