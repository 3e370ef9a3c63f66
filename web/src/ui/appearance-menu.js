import {html} from 'lit';
import {chooseLanguage, language, LANGUAGES, translate} from '../words/translate.js';
import {LightElement} from './base-elements.js';
import {chooseTheme, chosenTheme, THEMES} from './color-theme.js';

/** In which language and which colours this browser shows the page. */
export class AppearanceMenu extends LightElement {
  render() {
    return html`
      <label class="look__language">
        <span class="look__label">${translate('look.language')}</span>
        <select class="input input--small" data-testid="language" @change=${this.#changeLanguage}>
          ${Object.entries(LANGUAGES).map(([code, name]) => html`<option value=${code} lang=${code} ?selected=${code === language()}>${name}</option>`)}
        </select>
      </label>
      <div role="radiogroup" aria-labelledby="look-theme">
        <span class="look__label" id="look-theme">${translate('look.theme')}</span>
        <div class="segments">
          ${THEMES.map(
            (name) => html`<label class="segment">
              <input type="radio" name="theme" value=${name} ?checked=${name === chosenTheme()} data-testid="theme-${name}" @change=${() => chooseTheme(name)} />
              <span>${translate(`look.theme_${name}`)}</span>
            </label>`,
          )}
        </div>
      </div>
    `;
  }

  /** @param {Event} event */
  #changeLanguage(event) {
    chooseLanguage(/** @type {HTMLSelectElement} */ (event.target).value);
  }
}

customElements.define('appearance-menu', AppearanceMenu);
