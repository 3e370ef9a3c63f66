const STORAGE_KEY = 'bookbell.keys';

/** Whether single keys do something: who dictates to the computer may want them off. */
export const shortcutsEnabled = () => localStorage.getItem(STORAGE_KEY) !== 'off';

/** @param {boolean} enabled */
export const enableShortcuts = (enabled) => localStorage.setItem(STORAGE_KEY, enabled ? 'on' : 'off');

/** Whether a key that is pressed there is meant for what stands there. @param {EventTarget | null} target */
export function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'));
}
