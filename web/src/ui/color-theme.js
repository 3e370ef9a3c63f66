const CHOICE = 'bookbell.theme';

/** As the system has it, or as the reader wants it here. */
export const THEMES = /** @type {const} */ (['system', 'light', 'dark']);

/** @returns {string} the one chosen in this browser */
export const chosenTheme = () => localStorage.getItem(CHOICE) ?? 'system';

/** `early-theme.js` shows it, at once and from now on at each start. @param {string} chosen */
export function chooseTheme(chosen) {
  if (chosen === 'system') localStorage.removeItem(CHOICE);
  else localStorage.setItem(CHOICE, chosen);
  dispatchEvent(new Event('theme'));
}
