import {html} from 'lit';
import {chooseLanguage, language, LANGUAGES, say} from '../words/translate.js';
import {Element} from './base-elements.js';
import {chooseTheme, theme, THEMES} from './color-theme.js';

/** In which language and which colours this browser shows the page. */
export class LookSwitch extends Element {
  render() {
    return html`
      <label class="look__language">
        <span class="look__label">${say('look.language')}</span>
        <select class="input input--small" data-testid="language" @change=${this.#speak}>
          ${Object.entries(LANGUAGES).map(([code, name]) => html`<option value=${code} lang=${code} ?selected=${code === language()}>${name}</option>`)}
        </select>
      </label>
      <div role="radiogroup" aria-labelledby="look-theme">
        <span class="look__label" id="look-theme">${say('look.theme')}</span>
        <div class="segments">
          ${THEMES.map(
            (name) => html`<label class="segment">
              <input type="radio" name="theme" value=${name} ?checked=${name === theme()} data-testid="theme-${name}" @change=${() => chooseTheme(name)} />
              <span>${say(`look.theme_${name}`)}</span>
            </label>`,
          )}
        </div>
      </div>
    `;
  }

  /** @param {Event} event */
  #speak(event) {
    chooseLanguage(/** @type {HTMLSelectElement} */ (event.target).value);
  }
}

customElements.define('look-switch', LookSwitch);
