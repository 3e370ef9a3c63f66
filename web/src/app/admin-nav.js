import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {formatNumber, translate} from '../words/translate.js';

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
    const mayChange = this.session.hasRole(this.creatorId, 'everything');
    const pending = this.session.pendingCount(this.creatorId) ?? 0;
    return html`<nav class="side-nav" aria-label=${translate('nav.main')}>
      ${this.#place('inbox', translate('inbox.title'), 'inbox', ['inbox'], pending)} ${this.#place('supporters', translate('supporters.title'), 'people', ['supporters', 'tiers', 'invitations'])}
      ${this.#place('team', translate('team.title'), 'team', ['team'])} ${this.#place('activity', translate('activity.title'), 'activity', ['activity'])}
      ${mayChange ? this.#place('settings', translate('creator.title'), 'settings', ['settings']) : nothing}
    </nav>`;
  }

  /** @param {string} place @param {string} label @param {Parameters<typeof icon>[0]} picture @param {string[]} covers @param {number} [count] */
  #place(place, label, picture, covers, count = 0) {
    return html`<a class="side-nav__item" href="${BASE_PATH}/creators/${this.creatorId}/${place}" data-testid="nav-${place}" aria-current=${covers.includes(this.current) ? 'page' : nothing}>
      ${icon(picture)} <span class="side-nav__label">${label}</span>
      ${count > 0 ? html`<span class="count" data-testid="nav-pending-badge" aria-label=${translate('nav.waiting', {count})}>${count > 99 ? `${formatNumber(99)}+` : formatNumber(count)}</span>` : nothing}
    </a>`;
  }
}

customElements.define('admin-nav', AdminNav);
