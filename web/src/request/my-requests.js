import {html} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {translate} from '../words/translate.js';
import '../creator/creator-notice.js';
import '../quota/quota-meter.js';
import '../follow/followed-books.js';
import './new-request.js';
import './request-feed.js';
import './unsent-items.js';

/** A supporter's home: what I asked this creator for, what I have left, and the form for more. */
export class MyRequests extends SessionElement {
  static properties = {creatorId: {attribute: false}};

  constructor() {
    super();
    this.creatorId = 0;
  }

  render() {
    const empty = html`<h2>${translate('mine.empty')}</h2>
      <p>${translate('mine.empty_hint')}</p>`;
    return html`<div class="home">
      <header class="page-head">
        <h1 tabindex="-1">${translate('mine.title')}</h1>
        <p class="page-head__sub">${translate('mine.to', {name: this.session.creatorName(this.creatorId)})}</p>
      </header>
      <creator-notice class="home__notice" .session=${this.session} .creatorId=${this.creatorId}></creator-notice>
      <div class="home__side">
        <quota-meter .session=${this.session} .creatorId=${this.creatorId}></quota-meter>
        <new-request .session=${this.session} .creatorId=${this.creatorId}></new-request>
      </div>
      <section class="home__list" aria-label=${translate('mine.title')}>
        <unsent-requests .session=${this.session} .creatorId=${this.creatorId}></unsent-requests>
        <request-feed .session=${this.session} .filter=${{creatorId: this.creatorId, mine: true}} .empty=${empty}></request-feed>
      </section>
      <followed-books class="home__following" .session=${this.session} .creatorId=${this.creatorId}></followed-books>
    </div>`;
  }
}

customElements.define('my-requests', MyRequests);
