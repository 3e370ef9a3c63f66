import {html} from 'lit';
import {SessionElement} from '../ui/element.js';
import '../creator/creator-notice.js';
import '../quota/quota-meter.js';
import './new-request.js';
import './request-feed.js';

/** A supporter's home: what I asked this creator for, what I have left, and the form for more. */
export class MyRequests extends SessionElement {
  static properties = {creatorId: {attribute: false}};

  constructor() {
    super();
    this.creatorId = 0;
  }

  render() {
    const empty = html`<h2>Nothing asked yet</h2>
      <p>Name a book you would love to see here. You will find it in this place, with every word about it.</p>`;
    return html`<div class="home">
      <header class="page-head">
        <h1 tabindex="-1">My requests</h1>
        <p class="page-head__sub">to ${this.session.creatorName(this.creatorId)}</p>
      </header>
      <creator-notice class="home__notice" .session=${this.session} .creatorId=${this.creatorId}></creator-notice>
      <div class="home__side">
        <quota-meter .session=${this.session} .creatorId=${this.creatorId}></quota-meter>
        <new-request .session=${this.session} .creatorId=${this.creatorId}></new-request>
      </div>
      <section class="home__list" aria-label="My requests">
        <request-feed .session=${this.session} .filter=${{creatorId: this.creatorId, mine: true}} .empty=${empty}></request-feed>
      </section>
    </div>`;
  }
}

customElements.define('my-requests', MyRequests);
