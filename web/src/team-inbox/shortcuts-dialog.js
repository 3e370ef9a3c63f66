import {html} from 'lit';
import {LightElement} from '../ui/base-elements.js';
import {passOnToasts} from '../ui/dialog-toasts.js';
import {translate} from '../words/translate.js';
import {enableShortcuts, shortcutsEnabled} from './keyboard-shortcuts.js';

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

/** All keyboard shortcuts of the team's inbox, and the switch that turns them off. */
export class ShortcutsDialog extends LightElement {
  render() {
    return html`<dialog class="sheet" aria-labelledby="keys-title" data-testid="keys-sheet" @click=${this.#outside} @close=${() => passOnToasts(this)}>
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
      <toast-region></toast-region>
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
    enableShortcuts(/** @type {HTMLInputElement} */ (target).checked);
  }

  /** @param {MouseEvent} event */
  #outside({target}) {
    if (target === this.#dialog) this.#dialog.close();
  }
}

customElements.define('shortcuts-dialog', ShortcutsDialog);
