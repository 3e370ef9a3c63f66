import {html, nothing} from 'lit';
import {SessionElement, liveRegion} from '../ui/base-elements.js';
import {errorText} from '../ui/error-text.js';
import {translate} from '../words/translate.js';
import {pushState, turnOffPush, turnOnPush} from './browser-push.js';
import './news-words.js';

/** @import {PushState} from './browser-push.js' */

/** Whether this browser is told of news while the page is closed. Fires `push-changed`. */
export class PushSwitch extends SessionElement {
  static properties = {state: {state: true}, problem: {state: true}, busy: {state: true}};

  constructor() {
    super();
    /** @type {PushState | null} */
    this.state = null;
    this.problem = '';
    this.busy = false;
  }

  async firstUpdated() {
    this.state = await pushState(this.session.api).catch(() => null);
  }

  render() {
    const {state} = this;
    if (!state) return nothing;
    const hint = this.problem
      ? translate('news.push_failed', {reason: this.problem})
      : state === 'unsupported'
        ? translate('news.push_unsupported')
        : state === 'refused'
          ? translate('alert.refused')
          : '';
    return html`<button type="button" class="menu__item menu__item--switch" role="switch" aria-checked=${state === 'on'} aria-disabled=${this.busy || state === 'unsupported'} data-testid="push-switch" @click=${() => this.#turn()}>
        <span>${translate('news.push')}</span><span class="switch switch--small" aria-hidden="true"><span class="switch__knob"></span></span>
      </button>
      ${liveRegion('status', hint ? html`<p class="menu__hint" data-testid="push-hint">${hint}</p>` : nothing)}`;
  }

  async #turn() {
    this.busy = true;
    this.problem = '';
    try {
      this.state = await (this.state === 'on' ? turnOffPush : turnOnPush)(this.session.api);
      this.dispatchEvent(new CustomEvent('push-changed', {bubbles: true}));
    } catch (error) {
      this.problem = errorText(/** @type {Error} */ (error));
    }
    this.busy = false;
  }
}

customElements.define('push-switch', PushSwitch);
