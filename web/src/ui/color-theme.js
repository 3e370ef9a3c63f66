const STORAGE_KEY = 'bookbell.theme';

/** As the system has it, or as the reader wants it here. */
export const THEMES = /** @type {const} */ (['system', 'light', 'dark']);

/** @returns {string} the one chosen in this browser */
export const chosenTheme = () => localStorage.getItem(STORAGE_KEY) ?? 'system';

/** `early-theme.js` shows it, at once and from now on at each start. @param {string} chosen */
export function chooseTheme(chosen) {
  if (chosen === 'system') localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, chosen);
  dispatchEvent(new Event('theme'));
}
