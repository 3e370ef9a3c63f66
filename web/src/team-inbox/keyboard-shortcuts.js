const STORAGE_KEY = 'bookbell.keys';

/** Whether single keys do something: who dictates to the computer may want them off. */
export const shortcutsEnabled = () => localStorage.getItem(STORAGE_KEY) !== 'off';

/** @param {boolean} enabled */
export const enableShortcuts = (enabled) => localStorage.setItem(STORAGE_KEY, enabled ? 'on' : 'off');

/**
 * Whether somebody was typing into a field that was taken away: the rest of their sentence then goes to the page, and is
 * not meant for it until they turn to something else.
 */
export class LostField {
  /** @type {EventTarget | null} */
  #field = null;
  #onFocus = (/** @type {Event} */ {target}) => (this.#field = isTyping(target) ? target : null);

  watch() {
    document.addEventListener('focusin', this.#onFocus);
    document.addEventListener('pointerdown', this.forget);
  }

  unwatch() {
    document.removeEventListener('focusin', this.#onFocus);
    document.removeEventListener('pointerdown', this.forget);
  }

  /** What was written there is done with. */
  forget = () => {
    this.#field = null;
  };

  get isLost() {
    return this.#field instanceof Node && !this.#field.isConnected;
  }
}

/** Whether a key that is pressed there is meant for what stands there. @param {EventTarget | null} target */
export function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'));
}
