import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {ApiError} from '../client/http.js';
import {SessionElement, lazyModule} from '../ui/base-elements.js';
import {icon, logo} from '../ui/icon-set.js';
import {initials} from '../ui/text-limits.js';
import {errorText} from '../ui/error-text.js';
import {formatNumber, translate} from '../words/translate.js';
import {workspacesOf, workspacePath} from './workspaces.js';
import '../notification/notification-panel.js';
import '../ui/pop-up.js';
import './connection-status.js';

/** @import {Workspace} from './workspaces.js' */

const loadSwitches = lazyModule(() => Promise.all([import('../alert/alert-switches.js'), import('../ui/appearance-menu.js'), import('./sign-out.js')]));

/** The bar at the top: whose workspace this is, whether it is live, notifications, the account. */
export class AppHeader extends SessionElement {
  static properties = {workspace: {attribute: false}};

  constructor() {
    super();
    /** @type {Workspace | undefined} */
    this.workspace = undefined;
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
    const workspaces = workspacesOf(this.session.me);
    const name = this.workspace ? this.session.creatorName(this.workspace.creatorId) : 'Bookbell';
    const picture = this.#picture();
    if (workspaces.length < 2)
      return this.workspace
        ? html`<span class="bar__desk">${picture}<span class="bar__desk-name" dir="auto" data-testid="creator-name">${name}</span></span>`
        : nothing;
    const button = html`${picture}<span class="bar__desk-name" dir="auto" data-testid="creator-name">${name}</span> ${icon('chevron')}`;
    return html`<pop-up class="pop-up pop-up--start bar__desk" testid="creator-switcher" label=${translate('nav.switch', {name})} .button=${button} .panel=${() => this.#workspaceMenu(workspaces)}></pop-up>`;
  }

  /** The creator's, where they show one. */
  #picture() {
    const picture = this.workspace && this.session.store.creators.get(this.workspace.creatorId)?.picture;
    return picture ? html`<img class="bar__picture" src=${picture} alt="" width="28" height="28" data-testid="creator-picture" />` : nothing;
  }

  /** @param {Workspace[]} workspaces */
  #workspaceMenu(workspaces) {
    return html`<ul class="menu">
      ${workspaces.map((workspace) => {
        const here = workspace.creatorId === this.workspace?.creatorId && workspace.role === this.workspace.role;
        const waiting = workspace.role === 'admin' ? this.session.pendingCount(workspace.creatorId) : undefined;
        return html`<li>
          <a class="menu__item" href=${workspacePath(workspace)} aria-current=${here ? 'true' : nothing} data-testid="creator-option" data-creator-id=${workspace.creatorId} data-role=${workspace.role}>
            <span class="menu__text"><bdi>${this.session.creatorName(workspace.creatorId)}</bdi><small>${translate(workspace.role === 'admin' ? 'nav.as_admin' : 'nav.as_supporter')}</small></span>
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
        ${this.session.me.operator ? html`<a class="menu__item" href="${BASE_PATH}/operator" data-testid="operator-link">${icon('people')} ${translate('account.operator')}</a>` : nothing}
        <appearance-menu class="look look--menu"></appearance-menu>
        <alert-switches .session=${this.session}></alert-switches>
        <a class="menu__item" href="${BASE_PATH}/account" data-testid="account-link">${icon('person')} ${translate('own.title')}</a>
        <button type="button" class="menu__item" data-testid="sign-out" @click=${() => this.#signOut()}>${icon('leave')} ${translate('account.sign_out')}</button>
      </div>`;
    };
    return html`<pop-up class="pop-up" testid="account-menu" label=${translate('account.menu', {name: display_name})} .button=${button} .panel=${panel}></pop-up>`;
  }

  async #signOut() {
    try {
      const {signOut} = await import('./sign-out.js').catch(() => {
        throw new ApiError(0, {});
      });
      await signOut(this.session);
    } catch (error) {
      this.showToast(errorText(/** @type {Error} */ (error)), 'plain');
    }
  }
}

customElements.define('app-header', AppHeader);
