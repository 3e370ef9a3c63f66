import {html, nothing} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {translate} from '../words/translate.js';

/** What a creator tells all supporters, and whether requests are taken. */
export class CreatorNotice extends SessionElement {
  static properties = {creatorId: {attribute: false}};

  constructor() {
    super();
    this.creatorId = 0;
  }

  render() {
    const creator = this.session.store.creators.get(this.creatorId);
    return html`<div aria-live="polite">
      ${
        creator?.accepting === false
          ? html`<p class="notice notice--pause" data-testid="creator-paused">${icon('pause')} <span>${translate('creator.paused', {name: creator.name})}</span></p>`
          : nothing
      }
      ${creator?.notice ? html`<p class="notice" data-testid="creator-notice">${icon('megaphone')} <span dir="auto">${creator.notice}</span></p>` : nothing}
      ${
        creator?.rules
          ? html`<details class="notice rules" open data-testid="creator-rules">
            <summary>${translate('creator.rules')}</summary>
            <p dir="auto">${creator.rules}</p>
          </details>`
          : nothing
      }
    </div>`;
  }
}

customElements.define('creator-notice', CreatorNotice);
