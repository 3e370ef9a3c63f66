import {html} from 'lit';
import {LightElement, required} from '../ui/base-elements.js';
import {translate} from '../words/translate.js';

/**
 * @import {BookbellClient, ConnectionStatus} from '../client/bookbell-client.js'
 */

/** A blink of the connection is not worth a word, ms. */
const GRACE_PERIOD = 700;

/** Says whether what is shown is live, and if not, when the next attempt is made; a click makes it now. */
export class ConnectionStatusButton extends LightElement {
  static properties = {client: {attribute: false}, waiting: {attribute: false}, status: {state: true}, calm: {state: true}};

  /** @type {ReturnType<typeof setInterval> | undefined} */
  #clock;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #graceTimer;

  constructor() {
    super();
    /** @type {BookbellClient} */
    this.client = required();
    /** How much the user has written that waits for the connection. */
    this.waiting = 0;
    /** @type {ConnectionStatus} */
    this.status = {state: 'connecting', retryAt: null};
    /** Whether a trouble that has just begun is still kept quiet. */
    this.calm = true;
  }

  connectedCallback() {
    super.connectedCallback();
    this.client.addEventListener('state', this.#onState);
    this.#onState();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.client.removeEventListener('state', this.#onState);
    clearInterval(this.#clock);
    clearTimeout(this.#graceTimer);
  }

  #onState = () => {
    this.status = this.client.status;
    clearInterval(this.#clock);
    if (this.status.retryAt) this.#clock = setInterval(() => this.requestUpdate(), 500);
    if (this.status.state === 'live') this.#setCalm();
    else this.#graceTimer ??= setTimeout(() => (this.calm = false), GRACE_PERIOD);
  };

  #setCalm() {
    clearTimeout(this.#graceTimer);
    this.#graceTimer = undefined;
    this.calm = true;
  }

  render() {
    const {state} = this.status;
    const [look, text] = this.#appearance();
    return html`<button type="button" class="connection connection--${look}" data-testid="connection-state" data-state=${state} title=${this.#hint(state)}
      aria-label=${translate('connection.label', {state: text})} @click=${() => this.client.wake()}>
      <span class="connection__dot"></span><span class="connection__text">${text}</span>
    </button>`;
  }

  /** @returns {[string, string]} look and words */
  #appearance() {
    const {state, retryAt} = this.status;
    if (state === 'live' || this.calm) return ['live', translate('connection.live')];
    if (this.status.refused) return ['waiting', translate('connection.refused')];
    if (state === 'catching-up') return ['waiting', translate('connection.catching_up')];
    if (state === 'offline' && retryAt) {
      const seconds = Math.ceil((retryAt - Date.now()) / 1000);
      return ['waiting', seconds > 0 ? translate('connection.waiting', {seconds}) : translate('connection.reconnecting')];
    }
    if (state === 'offline')
      return ['off', this.waiting > 0 ? translate('connection.offline_waiting', {count: this.waiting}) : translate('connection.offline')];
    return ['waiting', translate('connection.reconnecting')];
  }

  /** @param {string} state */
  #hint(state) {
    if (this.status.refused) return translate('connection.refused_why');
    if (this.status.fallback) return translate('connection.fallback_why');
    return translate(state === 'live' ? 'connection.hint_live' : 'connection.hint_old');
  }
}

customElements.define('connection-status', ConnectionStatusButton);
