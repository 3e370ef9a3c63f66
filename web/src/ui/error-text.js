import {hasTranslation, translate} from '../words/translate.js';

/** @import {ApiError} from '../client/http.js' */

/** What the server finds wrong with a field, by how it says it; what is not here is shown as the server says it. @type {[RegExp, string][]} */
const RULES = [
  [/^must have (?<least>\d+) to (?<most>\d+) characters$/, 'invalid.length'],
  [/^must be an integer from (?<least>-?\d+) to (?<most>\d+)$/, 'invalid.range'],
  [/^must be an e-mail address$/, 'invalid.email'],
  [/^must have only ASCII letters, digits and symbols in front of the @/, 'invalid.undeliverable'],
  [/^must be one of /, 'invalid.choice'],
  [/^must be the id of one of the creator's tiers$/, 'invalid.tier'],
  [/^must be in the future$/, 'invalid.past'],
  [/^must not be 0$/, 'invalid.zero'],
  [/^must not contain broken Unicode$/, 'invalid.characters'],
  [/^must not contain the name or the e-mail address$/, 'invalid.own_name'],
  [/^must differ from the current password$/, 'invalid.same_password'],
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
  const key = special[code] ?? `error.${code}`;
  if (hasTranslation(key)) return translate(key);
  return 'problem' in error && !error.problem.detail ? translate('error.internal_error') : error.message;
}

/**
 * What is wrong, by field. `sent` is what was sent, by field, where it is known.
 *
 * @param {ApiError | null} error @param {any} [sent] @returns {Record<string, string>}
 */
export function fieldErrors(error, sent) {
  const value = (/** @type {string} */ field) => (sent ? String(sent[field] ?? '') : undefined);
  return Object.fromEntries(Object.entries(error?.fields ?? {}).map(([field, message]) => [field, rule(message, value(field))]));
}

/** @param {string} message @param {string} [value] */
function rule(message, value) {
  for (const [pattern, key] of RULES) {
    const found = pattern.exec(message);
    if (!found) continue;
    const bounds = Object.fromEntries(Object.entries(found.groups ?? {}).map(([name, bound]) => [name, Number(bound)]));
    return translate(key === 'invalid.length' ? lengthKey(bounds.least, value) : key, bounds);
  }
  return sentence(message);
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
