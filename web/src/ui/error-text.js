import {waitInWords} from '../words/time-text.js';
import {hasTranslation, translate} from '../words/translate.js';

/** @import {ApiError} from '../client/http.js' */

/** What the server finds wrong with a field, by how it says it; the rest is in the later texts. @type {[RegExp, string][]} */
const RULES = [
  [/^must have (?<least>\d+) to (?<most>\d+) characters$/, 'invalid.length'],
  [/^must be an integer from (?<least>-?\d+) to (?<most>\d+)$/, 'invalid.range'],
  [/^must be an e-mail address$/, 'invalid.email'],
  [/^must be one of /, 'invalid.choice'],
  [/^must not contain broken Unicode$/, 'invalid.characters'],
  [/^must not contain the name or the e-mail address$/, 'invalid.own_name'],
  [/^is too easy to guess$/, 'invalid.guessable'],
  [/^is required$/, 'invalid.missing'],
];

/**
 * Why something was refused, for people. `special` names the text for a code that means something of its own here.
 *
 * @param {Error | ApiError} error @param {Record<string, string>} [special]
 */
export function errorText(error, special = {}) {
  const code = 'code' in error ? error.code : '';
  const wait = 'retryAfter' in error ? error.retryAfter : 0;
  const isLong = wait > 60 && hasTranslation(`error.${code}_long`);
  if (isLong) return translate(`error.${code}_long`, {when: waitInWords(wait)});
  const key = special[code] ?? `error.${code}`;
  if (hasTranslation(key)) return translate(key);
  const faults = 'fields' in error ? Object.values(fieldErrors(error)) : [];
  if (faults.length > 0) return faults.join(' ');
  return 'problem' in error && !error.problem.detail ? translate('error.internal_error') : error.message;
}

/** Whoever shows what is wrong with fields waits until the texts for it are here, or can't be had. */
export const faultTexts = () => import('../words/later.js').catch(() => {});

/**
 * What is wrong, by field. `sent` is what was sent, by field, where it is known.
 *
 * @param {ApiError | null} error @param {any} [sent] @returns {Record<string, string>}
 */
export function fieldErrors(error, sent) {
  const value = (/** @type {string} */ field) => (sent ? String(sent[field] ?? '') : undefined);
  return Object.fromEntries(Object.entries(error?.fields ?? {}).map(([field, message]) => [field, faultText(message, value(field))]));
}

/** What is wrong, where there is a text for it; otherwise as the server says it. @param {string} message of the server @param {string} [value] what it is about */
export function faultText(message, value) {
  for (const [pattern, key] of RULES) {
    const found = pattern.exec(message);
    if (!found) continue;
    const bounds = Object.fromEntries(Object.entries(found.groups ?? {}).map(([name, bound]) => [name, Number(bound)]));
    return translate(key === 'invalid.length' ? lengthKey(bounds.least, value) : key, bounds);
  }
  // The later texts are named by what the server says, without numbers, examples and lists.
  const [said] = message.toLowerCase().split(/, |[;:{]| as /);
  const later = `fault.${said.match(/[a-z]+/g)?.join('_')}`;
  return hasTranslation(later) ? translate(later, {number: Number(/\d+/.exec(message)?.[0])}) : sentence(message);
}

/** Nothing was written, too little or too much. @param {number} least @param {string} [value] */
function lengthKey(least, value) {
  if (value === undefined) return 'invalid.length';
  if (value === '') return 'invalid.missing';
  return value.length < least ? 'invalid.too_short' : 'invalid.too_long';
}

/** The server's field messages start in lower case ("must have …"). @param {string} text */
function sentence(text) {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
