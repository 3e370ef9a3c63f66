import {html} from 'lit';
import {LightElement} from '../ui/base-elements.js';
import {translate} from '../words/translate.js';

const SETTING = 'bookbell.keys';

/** Whether single keys do something: who dictates to the computer may want them off. */
export const shortcutsEnabled = () => localStorage.getItem(SETTING) !== 'off';

/** @type {[string, string][]} */
const KEYS = [
  ['j  k', 'move'],
  ['a', 'approve'],
  ['r', 'decline'],
  ['Enter', 'thread'],
  ['x', 'select'],
  ['Shift x', 'range'],
  ['z', 'undo'],
  ['/', 'search'],
  ['Esc', 'escape'],
  ['?', 'sheet'],
];

/** Whether a key that is pressed there is meant for what stands there. @param {EventTarget | null} target */
export function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'));
}

/** A sheet with all keys of the desk. */
export class ShortcutsDialog extends LightElement {
  render() {
    return html`<dialog class="sheet" aria-labelledby="keys-title" data-testid="keys-sheet" @click=${this.#outside}>
      <h2 class="panel__title" id="keys-title">${translate('desk.keys')}</h2>
      <dl class="keys">
        ${KEYS.map(
          ([keys, what]) => html`<div class="keys__line">
            <dt>${keys.split('  ').map((key) => html`<kbd>${key}</kbd> `)}</dt>
            <dd>${translate(`desk.key_${what}`)}</dd>
          </div>`,
        )}
      </dl>
      <label class="keys__switch"><input type="checkbox" ?checked=${shortcutsEnabled()} data-testid="keys-on" @change=${this.#switched} /> ${translate('desk.keys_on')}</label>
      <div class="buttons"><button type="button" class="button button--main" data-testid="keys-close" @click=${() => this.#dialog.close()}>${translate('desk.close')}</button></div>
    </dialog>`;
  }

  get #dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector('dialog'));
  }

  show() {
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** @param {Event} event */
  #switched({target}) {
    localStorage.setItem(SETTING, /** @type {HTMLInputElement} */ (target).checked ? 'on' : 'off');
  }

  /** @param {MouseEvent} event */
  #outside({target}) {
    if (target === this.#dialog) this.#dialog.close();
  }
}

customElements.define('shortcuts-dialog', ShortcutsDialog);
