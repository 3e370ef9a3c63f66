const SETTING = 'bookbell.keys';

/** Whether single keys do something: who dictates to the computer may want them off. */
export const shortcutsEnabled = () => localStorage.getItem(SETTING) !== 'off';

/** @param {boolean} enabled */
export const enableShortcuts = (enabled) => localStorage.setItem(SETTING, enabled ? 'on' : 'off');

/** Whether a key that is pressed there is meant for what stands there. @param {EventTarget | null} target */
export function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'));
}
