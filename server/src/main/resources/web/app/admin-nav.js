import {html, nothing} from 'lit';
import {SessionElement} from '../ui/element.js';
import {icon} from '../ui/icons.js';

/** An admin's places: a column at the side, on a phone a bar at the bottom. */
export class AdminNav extends SessionElement {
  static properties = {creatorId: {attribute: false}, current: {attribute: false}};

  constructor() {
    super();
    this.creatorId = 0;
    /** The name of the route shown. */
    this.current = '';
  }

  render() {
    const isCreator = this.session.me.user.id === this.creatorId;
    const pending = this.session.store.pendingCounts.get(this.creatorId) ?? 0;
    return html`<nav class="side-nav" aria-label="Main">
      ${this.#place('inbox', 'Inbox', 'inbox', ['inbox'], pending)} ${this.#place('supporters', 'Supporters', 'people', ['supporters', 'tiers', 'invitations'])}
      ${this.#place('team', 'Team', 'team', ['team'])} ${this.#place('activity', 'Activity', 'activity', ['activity'])}
      ${isCreator ? this.#place('settings', 'Settings', 'settings', ['settings']) : nothing}
    </nav>`;
  }

  /** @param {string} place @param {string} label @param {Parameters<typeof icon>[0]} picture @param {string[]} covers @param {number} [count] */
  #place(place, label, picture, covers, count = 0) {
    return html`<a class="side-nav__item" href="/creators/${this.creatorId}/${place}" data-testid="nav-${place}" aria-current=${covers.includes(this.current) ? 'page' : nothing}>
      ${icon(picture)} <span class="side-nav__label">${label}</span>
      ${count > 0 ? html`<span class="count" data-testid="nav-pending-badge" aria-label="${count} waiting">${count > 99 ? '99+' : count}</span>` : nothing}
    </a>`;
  }
}

customElements.define('admin-nav', AdminNav);
