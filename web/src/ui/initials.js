import {truncate} from './text-limits.js';

/** @param {string} name */
export function initials(name) {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words[words.length - 1] : ''].map((word) => truncate(word, 1)).join('').toUpperCase();
}
