import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {SessionElement} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {explain} from '../ui/error-text.js';
import {say} from '../words/translate.js';
import '../ui/book-cover.js';

/** @import {Parcel} from '../client/send-queue.js' */

/** What stands beside something that is not sent yet. */
class Unsent extends SessionElement {
  /** @param {Parcel} parcel */
  state(parcel) {
    const {problem} = parcel;
    const waiting = this.session.outbox.isUnderWay(parcel) ? say('form.sending') : say('unsent.waits');
    const text = problem ? explain(Object.assign(new Error(problem.message), problem), {too_old: 'unsent.too_old'}) : waiting;
    return html`<p class="unsent__state ${problem ? 'unsent__state--bad' : ''}" role="status" data-testid="unsent-state">${icon(problem ? 'pause' : 'reply')} ${text}</p>`;
  }

  /** They stay while it is tried, so that nothing below moves. @param {Parcel} parcel */
  choices(parcel) {
    const underWay = this.session.outbox.isUnderWay(parcel);
    return html`<p class="unsent__choices">
      ${parcel.problem ? html`<button type="button" class="button button--quiet" data-testid="unsent-again" ?disabled=${underWay} @click=${() => this.session.outbox.again(parcel)}>${say('unsent.again')}</button>` : nothing}
      <button type="button" class="button button--quiet" data-testid="unsent-remove" ?disabled=${underWay} @click=${() => this.session.outbox.remove(parcel.key)}>${say('unsent.remove')}</button>
    </p>`;
  }
}

/** A supporter's requests that are on their way, above those that have arrived. */
export class UnsentRequests extends Unsent {
  static properties = {creatorId: {attribute: false}};

  constructor() {
    super();
    this.creatorId = 0;
  }

  render() {
    const parcels = this.session.unsent('ask').filter(({content}) => content.creator_id === this.creatorId);
    return html`<ul class="feed unsent-list">
      ${repeat(parcels, ({key}) => key, (parcel) => this.#card(parcel))}
    </ul>`;
  }

  /** @param {Parcel} parcel */
  #card(parcel) {
    const {title, author} = parcel.content;
    return html`<li>
      <article class="request unsent" data-testid="unsent-request">
        <book-cover class="request__cover" .title=${title} .author=${author}></book-cover>
        <div class="request__body">
          <h2 class="request__title">${title}</h2>
          <p class="request__author">${author}</p>
          ${this.state(parcel)} ${this.choices(parcel)}
        </div>
      </article>
    </li>`;
  }
}

/** Replies to one request that are on their way, below those that have arrived. */
export class UnsentReplies extends Unsent {
  static properties = {requestId: {attribute: false}};

  constructor() {
    super();
    this.requestId = 0;
  }

  render() {
    const parcels = this.session.unsent('reply').filter(({requestId}) => requestId === this.requestId);
    return html`<ol class="thread__replies">
      ${repeat(
        parcels,
        ({key}) => key,
        (parcel) => html`<li class="reply reply--mine unsent" data-testid="unsent-reply">
          <div class="reply__bubble"><p class="reply__text">${parcel.content.body}</p>${this.state(parcel)} ${this.choices(parcel)}</div>
        </li>`,
      )}
    </ol>`;
  }
}

customElements.define('unsent-requests', UnsentRequests);
customElements.define('unsent-replies', UnsentReplies);
