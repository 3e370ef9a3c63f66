import {BASE_PATH} from '../base-path.js';
import {html} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {SessionElement} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {listFooter} from '../ui/list-footer.js';
import {PagedList} from '../ui/paged-list.js';
import {initials} from '../ui/text-limits.js';
import {personName, translate, csvSeparator} from '../words/translate.js';
import {activityText} from './activity-text.js';
import '../ui/time-ago.js';
import '../words/later.js';

/** @import {Activity, Member} from '../client/types.js' */

/** What is worth looking for alone. */
const KINDS = [
  'request_created',
  'request_approved',
  'request_rejected',
  'request_completed',
  'request_cancelled',
  'reply_added',
  'quota_granted',
  'supporter_joined',
  'creator_changed',
];

/** Who did what, newest first. */
export class ActivityPage extends SessionElement {
  static properties = {creatorId: {attribute: false}, query: {attribute: false}, people: {state: true}};

  /** @type {PagedList<Activity>} */
  #activities = new PagedList(this, (cursor) => this.session.api.activity({creator_id: this.creatorId, ...this.#query, limit: 50, cursor}));

  constructor() {
    super();
    this.creatorId = 0;
    /** The address's, in which the filter stands. */
    this.query = new URLSearchParams();
    /** @type {Member[]} */
    this.people = [];
  }

  /** @returns {{kind: string, actor: number, from: string, to: string}} the times as days */
  get #filter() {
    const day = (/** @type {string} */ name) => /^\d{4}-\d\d-\d\d$/.exec(this.query.get(name) ?? '')?.[0] ?? '';
    const kind = KINDS.find((one) => one === this.query.get('kind')) ?? '';
    return {kind, actor: Number(this.query.get('actor')) || 0, from: day('from'), to: day('to')};
  }

  /** A day is meant as it is here. */
  get #query() {
    const {kind, actor, from, to} = this.#filter;
    const start = (/** @type {string} */ day, /** @type {number} */ later) => {
      if (!day) return undefined;
      const [year, month, date] = day.split('-').map(Number);
      return new Date(year, month - 1, date + later).toISOString();
    };
    return {kind, actor_id: actor || undefined, from: start(from, 0), to: start(to, 1)};
  }

  messageReceived() {
    this.#activities.scheduleRefresh();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('creatorId') || changed.has('query')) this.#activities.load();
    if (changed.has('creatorId')) this.#loadPeople();
  }

  async #loadPeople() {
    const {members} = await this.session.api.team(this.creatorId).catch(() => ({members: []}));
    this.people = members;
  }

  render() {
    return html`<div class="narrow">
      <header class="page-head page-head--row"><h1 tabindex="-1">${translate('activity.title')}</h1> ${this.#file()}</header>
      ${this.#tools()}
      <ol class="activity" data-testid="activity-list">
        ${repeat(
          this.#activities.items,
          ({id}) => id,
          (activity) => this.#line(activity),
        )}
      </ol>
      ${listFooter(this.#activities, html`<h2>${translate('activity.none')}</h2>`)}
    </div>`;
  }

  #tools() {
    const {kind, actor, from, to} = this.#filter;
    const choose = (/** @type {Event} */ {target}) => this.#choose(/** @type {HTMLInputElement} */ (target));
    return html`<form class="desk-tools" role="search" aria-label=${translate('desk.filter')} @change=${choose} @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <select class="input input--small" name="kind" aria-label=${translate('activity.kind')} data-testid="activity-kind" .value=${kind}>
        <option value="">${translate('activity.kind_all')}</option>
        ${KINDS.map((one) => html`<option value=${one} ?selected=${one === kind}>${translate(`activity.kind_${one}`)}</option>`)}
      </select>
      <select class="input input--small" name="actor" aria-label=${translate('activity.actor')} data-testid="activity-actor" .value=${String(actor || '')}>
        <option value="">${translate('activity.actor_all')}</option>
        <option value=${this.creatorId} ?selected=${actor === this.creatorId}>${this.session.creatorName(this.creatorId)}</option>
        ${this.people.map(({user_id, display_name}) => html`<option value=${user_id} ?selected=${actor === user_id}>${display_name}</option>`)}
      </select>
      <label class="desk-tools__day">${translate('activity.from')} <input class="input input--small" type="date" name="from" .value=${from} data-testid="activity-from" /></label>
      <label class="desk-tools__day">${translate('activity.to')} <input class="input input--small" type="date" name="to" .value=${to} data-testid="activity-to" /></label>
    </form>`;
  }

  #file() {
    const given = Object.entries({creator_id: this.creatorId, ...this.#query, separator: csvSeparator}).filter(([, value]) => value);
    const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return html`<a class="button button--quiet" href="${BASE_PATH}/api/activity.csv?${query}" download data-testid="activity-csv">${icon('download')} ${translate('desk.csv')}</a>`;
  }

  /** @param {HTMLInputElement} field */
  #choose({name, value}) {
    const query = new URLSearchParams(this.query);
    if (value) query.set(name, value);
    else query.delete(name);
    this.emit('navigate', `${BASE_PATH}/creators/${this.creatorId}/activity${query.size ? `?${query}` : ''}`);
  }

  /** @param {Activity} activity */
  #line(activity) {
    const {id, actor_name, kind, created_at} = activity;
    return html`<li class="activity__line" data-testid="activity" data-activity-id=${id} data-kind=${kind}>
      <span class="avatar avatar--small" aria-hidden="true">${initials(personName(actor_name))}</span>
      <p class="activity__text">${activityText(activity)}</p>
      <span class="activity__time"><time-ago .time=${created_at}></time-ago></span>
    </li>`;
  }
}

customElements.define('activity-page', ActivityPage);
