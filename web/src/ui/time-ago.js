import {html} from 'lit';
import {exactTime, timeInWords} from '../words/time-text.js';
import {LightElement} from './base-elements.js';

/** One clock for all, so that a long list costs one timer. */
const shown = new Set();
setInterval(() => shown.forEach((element) => element.requestUpdate()), 20_000);

/** A moment in words that stay true while the page is open. */
export class TimeAgo extends LightElement {
  static properties = {time: {}};

  constructor() {
    super();
    /** ISO 8601 */
    this.time = '';
  }

  connectedCallback() {
    super.connectedCallback();
    shown.add(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    shown.delete(this);
  }

  render() {
    return html`<time datetime=${this.time} title=${exactTime(this.time)}>${timeInWords(this.time)}</time>`;
  }
}

customElements.define('time-ago', TimeAgo);
