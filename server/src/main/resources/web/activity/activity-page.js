import {html} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {SessionElement} from '../ui/element.js';
import {listFoot} from '../ui/listing.js';
import {Pages} from '../ui/pages.js';
import {initials} from '../ui/initials.js';
import {say} from '../words/words.js';
import {deed} from './deeds.js';
import '../ui/time-ago.js';

/** @import {Activity} from '../client/types.js' */

/** Who did what, newest first. */
export class ActivityPage extends SessionElement {
  static properties = {creatorId: {attribute: false}};

  /** @type {Pages<Activity>} */
  #activities = new Pages(this, (cursor) => this.session.api.activity({creator_id: this.creatorId, limit: 50, cursor}));

  constructor() {
    super();
    this.creatorId = 0;
  }

  heard() {
    this.#activities.refreshSoon();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('creatorId')) this.#activities.load();
  }

  render() {
    return html`<div class="narrow">
      <header class="page-head"><h1 tabindex="-1">${say('activity.title')}</h1></header>
      <ol class="activity" data-testid="activity-list">
        ${repeat(this.#activities.items, ({id}) => id, (activity) => this.#line(activity))}
      </ol>
      ${listFoot(this.#activities, html`<h2>${say('activity.none')}</h2>`)}
    </div>`;
  }

  /** @param {Activity} activity */
  #line(activity) {
    const {id, actor_name, kind, created_at} = activity;
    return html`<li class="activity__line" data-testid="activity" data-activity-id=${id} data-kind=${kind}>
      <span class="avatar avatar--small" aria-hidden="true">${initials(actor_name)}</span>
      <p class="activity__text">${deed(activity)}</p>
      <span class="activity__time"><time-ago .time=${created_at}></time-ago></span>
    </li>`;
  }
}

customElements.define('activity-page', ActivityPage);
