import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {icon, logo} from '../ui/icon-set.js';
import {initials} from '../ui/initials.js';
import {lazyModule} from '../ui/lazy-module.js';
import {errorText} from '../ui/error-text.js';
import {formatNumber, translate} from '../words/translate.js';
import {workspacesOf, workspacePath} from './workspaces.js';
import '../notification/notification-panel.js';
import '../ui/pop-up.js';
import './connection-status.js';

/** @import {Workspace} from './workspaces.js' */

const loadSwitches = lazyModule(() => Promise.all([import('../alert/alert-switches.js'), import('../ui/appearance-menu.js')]));

/** The bar at the top: whose desk this is, whether it is live, notifications, the account. */
export class AppHeader extends SessionElement {
  static properties = {desk: {attribute: false}};

  constructor() {
    super();
    /** @type {Workspace | undefined} */
    this.desk = undefined;
  }

  render() {
    return html`<header class="bar">
      <a class="bar__brand" href="${BASE_PATH}/" aria-label=${translate('nav.home')} data-testid="brand">${logo()} <span class="bar__name">Bookbell</span></a>
      ${this.#switcher()}
      <span class="bar__space"></span>
      <connection-status .client=${this.session.client} .waiting=${this.session.sendQueue.items.length}></connection-status>
      <notification-panel .session=${this.session}></notification-panel>
      ${this.#account()}
    </header>`;
  }

  #switcher() {
    const desks = workspacesOf(this.session.me);
    const name = this.desk ? this.session.creatorName(this.desk.creatorId) : 'Bookbell';
    const picture = this.#picture();
    if (desks.length < 2) return this.desk ? html`<span class="bar__desk">${picture}<span class="bar__desk-name" data-testid="creator-name">${name}</span></span>` : nothing;
    const button = html`${picture}<span class="bar__desk-name" data-testid="creator-name">${name}</span> ${icon('chevron')}`;
    return html`<pop-up class="pop-up pop-up--start bar__desk" testid="creator-switcher" label=${translate('nav.switch', {name})} .button=${button} .panel=${() => this.#desks(desks)}></pop-up>`;
  }

  /** The creator's, where they show one. */
  #picture() {
    const picture = this.desk && this.session.store.creators.get(this.desk.creatorId)?.picture;
    return picture ? html`<img class="bar__picture" src=${picture} alt="" width="28" height="28" data-testid="creator-picture" />` : nothing;
  }

  /** @param {Workspace[]} desks */
  #desks(desks) {
    return html`<ul class="menu">
      ${desks.map((desk) => {
        const here = desk.creatorId === this.desk?.creatorId && desk.role === this.desk.role;
        const waiting = desk.role === 'admin' ? this.session.store.pendingCounts.get(desk.creatorId) : undefined;
        return html`<li>
          <a class="menu__item" href=${workspacePath(desk)} aria-current=${here ? 'true' : nothing} data-testid="creator-option" data-creator-id=${desk.creatorId} data-role=${desk.role}>
            <span class="menu__text">${this.session.creatorName(desk.creatorId)}<small>${translate(desk.role === 'admin' ? 'nav.as_admin' : 'nav.as_supporter')}</small></span>
            ${waiting ? html`<span class="count">${formatNumber(waiting)}</span>` : nothing}
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
        <appearance-menu class="look look--menu"></appearance-menu>
        <alert-switches></alert-switches>
        <button type="button" class="menu__item" data-testid="sign-out" @click=${() => this.#signOut()}>${icon('leave')} ${translate('account.sign_out')}</button>
      </div>`;
    };
    return html`<pop-up class="pop-up" testid="account-menu" label=${translate('account.menu', {name: display_name})} .button=${button} .panel=${panel}></pop-up>`;
  }

  async #signOut() {
    try {
      await this.session.signOut();
    } catch (error) {
      this.showToast(errorText(/** @type {Error} */ (error)), 'plain');
    }
  }
}

customElements.define('app-header', AppHeader);
