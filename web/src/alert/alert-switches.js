import {html, nothing} from 'lit';
import '../news/push-switch.js';
import {SessionElement, liveRegion} from '../ui/base-elements.js';
import {translate} from '../words/translate.js';
import {ringBell} from './bell-sound.js';
import {alertChoices, chooseAlerts, notificationPermission} from './desktop-notifications.js';

/** In the account menu: whether this browser tells of what is new while nobody looks at the page. */
export class AlertSwitches extends SessionElement {
  static properties = {choices: {state: true}, refused: {state: true}};

  constructor() {
    super();
    this.choices = alertChoices();
    this.refused = notificationPermission() === 'denied';
  }

  render() {
    return html`<div class="menu__part" role="group" aria-label=${translate('alert.when')}>
      ${notificationPermission() === 'unsupported' ? nothing : this.#switch('banner', translate('alert.banner'), () => this.#banner())}
      ${liveRegion('status', this.refused ? html`<p class="menu__hint">${translate('alert.refused')}</p>` : nothing)}
      <push-switch .session=${this.session}></push-switch>
      ${this.#switch('bell', translate('alert.bell'), () => this.#bell())}
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
    if (wanted && notificationPermission() !== 'granted') await Notification.requestPermission();
    this.refused = notificationPermission() === 'denied';
    this.#choose({banner: wanted});
  }

  #bell() {
    const bell = !this.choices.bell;
    if (bell) ringBell();
    this.#choose({bell});
  }

  /** @param {Partial<import('./desktop-notifications.js').Choices>} change */
  #choose(change) {
    chooseAlerts(change);
    this.choices = alertChoices();
  }
}

customElements.define('alert-switches', AlertSwitches);
