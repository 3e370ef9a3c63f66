/** What can be wrong with an ISBN. @typedef {'' | 'length' | 'digit'} IsbnProblem */

/** Without hyphens and spaces. @param {string} text */
export const plainIsbn = (text) =>
  text
    .normalize('NFKC')
    .replace(/[\s\p{Z}\p{Pd}\p{Cf}−]/gu, '')
    .toUpperCase();

/**
 * What is wrong with a number of ten or thirteen digits, hyphens allowed: its length, or its last digit, which must
 * agree with the others.
 *
 * @param {string} text @returns {IsbnProblem} nothing for a good one, and for an empty text
 */
export function isbnProblem(text) {
  const plain = plainIsbn(text);
  if (plain === '') return '';
  if (/^\d{9}[\dX]$/.test(plain)) return sum(plain, (place) => 10 - place) % 11 === 0 ? '' : 'digit';
  if (/^97[89]\d{10}$/.test(plain)) return sum(plain, (place) => (place % 2 ? 3 : 1)) % 10 === 0 ? '' : 'digit';
  return 'length';
}

/** @param {string} plain @param {(place: number) => number} weight */
function sum(plain, weight) {
  return [...plain].reduce((total, digit, place) => total + weight(place) * (digit === 'X' ? 10 : Number(digit)), 0);
}
