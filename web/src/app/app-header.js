import {BASE} from '../base-path.js';
import {html, nothing} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {icon, logo} from '../ui/icon-set.js';
import {initials} from '../ui/initials.js';
import {later} from '../ui/lazy-module.js';
import {explain} from '../ui/error-text.js';
import {number, say} from '../words/translate.js';
import {desksOf, homeOf} from './workspaces.js';
import '../notification/notification-panel.js';
import '../ui/pop-up.js';
import './connection-status.js';

/** @import {Desk} from './workspaces.js' */

const loadSwitches = later(() => Promise.all([import('../alert/alert-switches.js'), import('../ui/appearance-menu.js')]));

/** The bar at the top: whose desk this is, whether it is live, notifications, the account. */
export class AppHeader extends SessionElement {
  static properties = {desk: {attribute: false}};

  constructor() {
    super();
    /** @type {Desk | undefined} */
    this.desk = undefined;
  }

  render() {
    return html`<header class="bar">
      <a class="bar__brand" href="${BASE}/" aria-label=${say('nav.home')} data-testid="brand">${logo()} <span class="bar__name">Bookbell</span></a>
      ${this.#switcher()}
      <span class="bar__space"></span>
      <connection-mark .client=${this.session.client} .waiting=${this.session.outbox.parcels.length}></connection-mark>
      <notification-panel .session=${this.session}></notification-panel>
      ${this.#account()}
    </header>`;
  }

  #switcher() {
    const desks = desksOf(this.session.me);
    const name = this.desk ? this.session.creatorName(this.desk.creatorId) : 'Bookbell';
    const picture = this.#picture();
    if (desks.length < 2) return this.desk ? html`<span class="bar__desk">${picture}<span class="bar__desk-name" data-testid="creator-name">${name}</span></span>` : nothing;
    const button = html`${picture}<span class="bar__desk-name" data-testid="creator-name">${name}</span> ${icon('chevron')}`;
    return html`<pop-up class="pop-up pop-up--start bar__desk" testid="creator-switcher" label=${say('nav.switch', {name})} .button=${button} .panel=${() => this.#desks(desks)}></pop-up>`;
  }

  /** The creator's, where they show one. */
  #picture() {
    const picture = this.desk && this.session.store.creators.get(this.desk.creatorId)?.picture;
    return picture ? html`<img class="bar__picture" src=${picture} alt="" width="28" height="28" data-testid="creator-picture" />` : nothing;
  }

  /** @param {Desk[]} desks */
  #desks(desks) {
    return html`<ul class="menu">
      ${desks.map((desk) => {
        const here = desk.creatorId === this.desk?.creatorId && desk.role === this.desk.role;
        const waiting = desk.role === 'admin' ? this.session.store.pendingCounts.get(desk.creatorId) : undefined;
        return html`<li>
          <a class="menu__item" href=${homeOf(desk)} aria-current=${here ? 'true' : nothing} data-testid="creator-option" data-creator-id=${desk.creatorId} data-role=${desk.role}>
            <span class="menu__text">${this.session.creatorName(desk.creatorId)}<small>${say(desk.role === 'admin' ? 'nav.as_admin' : 'nav.as_supporter')}</small></span>
            ${waiting ? html`<span class="count">${number(waiting)}</span>` : nothing}
          </a>
        </li>`;
      })}
    </ul>`;
  }

  #account() {
    const {display_name, email} = this.session.me.user;
    const button = html`<span class="avatar avatar--drawn" data-initials=${initials(display_name)}></span>`;
    const panel = () => {
      loadSwitches();
      return html`<div class="menu">
        <p class="menu__who"><strong data-testid="account-display-name">${display_name}</strong><small>${email}</small></p>
        <look-switch class="look look--menu"></look-switch>
        <alert-switches></alert-switches>
        <button type="button" class="menu__item" data-testid="sign-out" @click=${() => this.#signOut()}>${icon('leave')} ${say('account.sign_out')}</button>
      </div>`;
    };
    return html`<pop-up class="pop-up" testid="account-menu" label=${say('account.menu', {name: display_name})} .button=${button} .panel=${panel}></pop-up>`;
  }

  async #signOut() {
    try {
      await this.session.signOut();
    } catch (error) {
      this.tell(explain(/** @type {Error} */ (error)), 'plain');
    }
  }
}

customElements.define('app-header', AppHeader);
