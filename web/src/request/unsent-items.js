import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {SessionElement} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {errorText, faultTexts} from '../ui/error-text.js';
import {translate} from '../words/translate.js';
import '../ui/book-cover.js';

/** @import {QueuedItem} from '../client/send-queue.js' */

/** What stands beside something that is not sent yet. */
class Unsent extends SessionElement {
  #loading = false;

  /** @param {QueuedItem} item */
  state(item) {
    const {problem} = item;
    if (problem?.fields && !this.#loading) {
      this.#loading = true;
      faultTexts().then(() => this.requestUpdate());
    }
    const waiting = this.session.sendQueue.isInFlight(item) ? translate('form.sending') : translate('unsent.waits');
    const text = problem ? errorText(Object.assign(new Error(problem.message), problem), {too_old: 'unsent.too_old'}) : waiting;
    return html`<p class="unsent__state ${problem ? 'unsent__state--bad' : ''}" role="status" data-testid="unsent-state">${icon(problem ? 'pause' : 'reply')} ${text}</p>`;
  }

  /** They stay while it is tried, so that nothing below moves. @param {QueuedItem} item */
  choices(item) {
    const inFlight = this.session.sendQueue.isInFlight(item);
    return html`<p class="unsent__choices">
      ${item.problem ? html`<button type="button" class="button button--quiet" data-testid="unsent-again" aria-disabled=${inFlight} @click=${() => this.session.sendQueue.retry(item)}>${translate('unsent.again')}</button>` : nothing}
      <button type="button" class="button button--quiet" data-testid="unsent-remove" aria-disabled=${inFlight} @click=${() => this.session.sendQueue.remove(item.key)}>${translate('unsent.remove')}</button>
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
    const items = this.session.unsent('ask').filter(({content}) => content.creator_id === this.creatorId);
    return html`<ul class="feed unsent-list">
      ${repeat(
        items,
        ({key}) => key,
        (item) => this.#card(item),
      )}
    </ul>`;
  }

  /** @param {QueuedItem} item */
  #card(item) {
    const {title, author} = item.content;
    return html`<li>
      <article class="request unsent" data-testid="unsent-request">
        <book-cover class="request__cover" .title=${title} .author=${author}></book-cover>
        <div class="request__body">
          <h2 class="request__title">${title}</h2>
          <p class="request__author">${author}</p>
          ${this.state(item)} ${this.choices(item)}
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
    const items = this.session.unsent('reply').filter(({requestId}) => requestId === this.requestId);
    return html`<ol class="thread__replies">
      ${repeat(
        items,
        ({key}) => key,
        (item) => html`<li class="reply reply--mine unsent" data-testid="unsent-reply">
          <div class="reply__bubble"><p class="reply__text" dir="auto">${item.content.body}</p>${this.state(item)} ${this.choices(item)}</div>
        </li>`,
      )}
    </ol>`;
  }
}

customElements.define('unsent-requests', UnsentRequests);
customElements.define('unsent-replies', UnsentReplies);
