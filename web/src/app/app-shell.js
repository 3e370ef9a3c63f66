import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {keyed} from 'lit/directives/keyed.js';
import {applyAccent} from '../ui/accent-color.js';
import {SessionElement, required} from '../ui/base-elements.js';
import {translate} from '../words/translate.js';
import {workspacesOf, rememberWorkspace, lastWorkspace} from './workspaces.js';
import './admin-nav.js';
import './app-header.js';

/**
 * @import {Route} from './router.js'
 * @import {Workspace} from './workspaces.js'
 */

/** The roles that places need; null for the creator alone. @type {Record<string, 'people' | 'everything' | null>} */
const NEEDED_ROLES = {invitations: 'people', settings: 'everything', begin: null};

/** The frame of everything a signed-in user sees, with the view that the address names, whose module is loaded. */
export class AppShell extends SessionElement {
  static properties = {route: {attribute: false}, missing: {type: Boolean}, ready: {state: true}, setup: {state: true}};

  constructor() {
    super();
    /** @type {Route} */
    this.route = required();
    /** Whether the view's module could not be loaded. */
    this.missing = false;
    /** Whether there is something to show: a view that is drawn too early jumps when its numbers come. */
    this.ready = false;
    /** Whether the card for who has not finished setting up is loaded. */
    this.setup = false;
  }

  firstUpdated() {
    this.session.ready.then(() => (this.ready = true));
    const hasAnswers = this.session.sendQueue.items.some(({kind}) => kind === 'respond');
    if (hasAnswers) import('../answer/undoable-answers.js').then(({undoableAnswersOf}) => undoableAnswersOf(this.session)).catch(() => {}); // tells what becomes of them
  }

  /** The workspace this address belongs to, or the usual one where it belongs to none. @returns {Workspace | undefined} */
  get #workspace() {
    const {me} = this.session;
    const {name, requestId} = this.route;
    const creatorId = this.route.creatorId ?? this.session.store.requests.get(requestId ?? 0)?.creator_id;
    const own = workspacesOf(me).filter((workspace) => workspace.creatorId === creatorId);
    const asSupporter = own.find((workspace) => workspace.role === 'supporter');
    if (name === 'requests') return asSupporter;
    return own.find((workspace) => workspace.role === 'admin') ?? (name === 'request' ? (asSupporter ?? lastWorkspace(me)) : undefined);
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    const workspace = this.#workspace;
    if (changed.has('route') && workspace) rememberWorkspace(this.session.me, workspace);
    const here = workspace ?? lastWorkspace(this.session.me);
    applyAccent((here && this.session.store.creators.get(here.creatorId)?.colour) ?? null);
  }

  render() {
    const workspace = this.#workspace;
    const admin = workspace?.role === 'admin';
    return html`
      <a class="skip" href="#main">${translate('nav.skip')}</a>
      <app-header .session=${this.session} .workspace=${workspace ?? lastWorkspace(this.session.me)}></app-header>
      <div class="frame ${admin ? 'frame--admin' : ''}">
        ${admin ? html`<admin-nav .session=${this.session} .creatorId=${workspace.creatorId} .current=${this.route.name}></admin-nav>` : nothing}
        <main class="main" id="main" tabindex="-1">${this.#content(workspace)}</main>
      </div>
    `;
  }

  /** @param {Workspace | undefined} workspace */
  #content(workspace) {
    const onTheWay = this.route.name === 'home' && lastWorkspace(this.session.me);
    if (!this.ready || onTheWay) return html`<div class="skeleton" aria-hidden="true"></div>`;
    if (this.route.name === 'account') return this.missing ? this.#missingView() : html`<own-account-page .session=${this.session}></own-account-page>`;
    if (this.route.name === 'operator' && this.session.me.operator)
      return this.missing ? this.#missingView() : html`<operator-page .session=${this.session}></operator-page>`;
    return workspace ? keyed(`${workspace.creatorId} ${workspace.role} ${this.route.requestId}`, this.#view(workspace)) : this.#nothingHere();
  }

  /** @param {Workspace} workspace */
  #view({creatorId}) {
    if (this.missing) return this.#missingView();
    const {session} = this;
    const {name, query, requestId} = this.route;
    const needed = NEEDED_ROLES[name];
    if (needed === null && session.me.user.id !== creatorId) return this.#nothingHere();
    if (needed && !session.hasRole(creatorId, needed)) return this.#nothingHere();
    switch (name) {
      case 'requests':
        return html`<my-requests .session=${session} .creatorId=${creatorId}></my-requests>`;
      case 'inbox':
        return html`${this.#setup(creatorId)}<team-inbox .session=${session} .creatorId=${creatorId} .query=${query}></team-inbox>`;
      case 'supporters':
        return html`<supporters-page .session=${session} .creatorId=${creatorId} .query=${query}></supporters-page>`;
      case 'tiers':
        return html`<tiers-page .session=${session} .creatorId=${creatorId}></tiers-page>`;
      case 'invitations':
        return html`<invitations-page .session=${session} .creatorId=${creatorId}></invitations-page>`;
      case 'team':
        return html`<team-page .session=${session} .creatorId=${creatorId}></team-page>`;
      case 'activity':
        return html`<activity-page .session=${session} .creatorId=${creatorId} .query=${query}></activity-page>`;
      case 'settings':
        return html`<creator-page .session=${session} .creatorId=${creatorId}></creator-page>`;
      case 'begin':
        return html`<setup-guide .session=${session} .creatorId=${creatorId}></setup-guide>`;
      case 'request':
        return html`<request-page .session=${session} .requestId=${requestId}></request-page>`;
      default:
        return this.#nothingHere();
    }
  }

  /** Who has been asked for something has been set up. @param {number} creatorId */
  #setup(creatorId) {
    const {me, store} = this.session;
    if (me.user.id !== creatorId || [...store.requests.values()].some((request) => request.creator_id === creatorId)) return nothing;
    if (this.setup) return html`<setup-card .session=${this.session} .creatorId=${creatorId}></setup-card>`;
    import('../setup/setup-card.js').then(
      () => (this.setup = true),
      () => {},
    );
    return nothing;
  }

  #missingView() {
    return html`<div class="empty" role="alert" data-testid="view-missing">
      <h1 tabindex="-1">${translate('app.missing')}</h1>
      <p>${translate('app.missing_hint')}</p>
      <p><button type="button" class="button" @click=${() => location.reload()}>${translate('app.load_again')}</button></p>
    </div>`;
  }

  #nothingHere() {
    if (workspacesOf(this.session.me).length === 0)
      return html`<div class="empty" data-testid="no-desk"><h1 tabindex="-1">${translate('app.no_desk')}</h1><p>${translate('app.no_desk_hint')}</p></div>`;
    return html`<div class="empty" data-testid="not-found"><h1 tabindex="-1">${translate('app.not_found')}</h1><p><a class="button" href="${BASE_PATH}/">${translate('app.go_home')}</a></p></div>`;
  }
}

customElements.define('app-shell', AppShell);
