import {html, nothing} from 'lit';
import {Element} from '../ui/base-elements.js';
import {say} from '../words/translate.js';
import {ringBell} from './bell-sound.js';
import {choices, choose, permission} from './alert-choices.js';

/** In the account menu: whether this browser tells of what is new while nobody looks at the page. */
export class AlertSwitches extends Element {
  static properties = {choices: {state: true}, refused: {state: true}};

  constructor() {
    super();
    this.choices = choices();
    this.refused = permission() === 'denied';
  }

  render() {
    return html`<div class="menu__part" role="group" aria-label=${say('alert.when')}>
      ${permission() === 'unsupported' ? nothing : this.#switch('banner', say('alert.banner'), () => this.#banner())}
      ${this.refused ? html`<p class="menu__hint" role="status">${say('alert.refused')}</p>` : nothing}
      ${this.#switch('bell', say('alert.bell'), () => this.#bell())}
    </div>`;
  }

  /** @param {'banner' | 'bell'} name @param {string} label @param {() => void} turn */
  #switch(name, label, turn) {
    return html`<button type="button" class="menu__item menu__item--switch" role="switch" aria-checked=${this.choices[name]} data-testid="alert-${name}" @click=${turn}>
      <span>${label}</span><span class="switch switch--small" aria-hidden="true"><span class="switch__knob"></span></span>
    </button>`;
  }

  /** The browser asks for leave here and nowhere else: on a click that wishes for it. */
  async #banner() {
    const wanted = !this.choices.banner;
    if (wanted && permission() !== 'granted') await Notification.requestPermission();
    this.refused = permission() === 'denied';
    this.#choose({banner: wanted});
  }

  #bell() {
    const bell = !this.choices.bell;
    if (bell) ringBell();
    this.#choose({bell});
  }

  /** @param {Partial<import('./alert-choices.js').Choices>} change */
  #choose(change) {
    choose(change);
    this.choices = choices();
  }
}

customElements.define('alert-switches', AlertSwitches);
