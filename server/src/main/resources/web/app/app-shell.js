import {html, nothing} from 'lit';
import {keyed} from 'lit/directives/keyed.js';
import {SessionElement, given} from '../ui/element.js';
import {say} from '../words/words.js';
import {desksOf, rememberDesk, usualDesk} from './places.js';
import '../activity/activity-page.js';
import '../creator/creator-page.js';
import '../invitation/invitations-page.js';
import '../request/admin-inbox.js';
import '../request/my-requests.js';
import '../request/request-page.js';
import '../supporter/supporters-page.js';
import '../supporter/tiers-page.js';
import '../team/team-page.js';
import './admin-nav.js';
import './app-header.js';

/**
 * @import {Route} from './router.js'
 * @import {Desk} from './places.js'
 */

const FOR_CREATOR = ['invitations', 'settings'];

/** The frame of everything a signed-in user sees, with the view that the address names. */
export class AppShell extends SessionElement {
  static properties = {route: {attribute: false}};

  constructor() {
    super();
    /** @type {Route} */
    this.route = given();
  }

  /** The desk this address belongs to, or the usual one where it belongs to none. @returns {Desk | undefined} */
  get #desk() {
    const {me} = this.session;
    const {name, requestId} = this.route;
    const creatorId = this.route.creatorId ?? this.session.store.requests.get(requestId ?? 0)?.creator_id;
    const own = desksOf(me).filter((desk) => desk.creatorId === creatorId);
    const asSupporter = own.find((desk) => desk.role === 'supporter');
    if (name === 'requests') return asSupporter;
    return own.find((desk) => desk.role === 'admin') ?? (name === 'request' ? asSupporter ?? usualDesk(me) : undefined);
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    const desk = this.#desk;
    if (changed.has('route') && desk) rememberDesk(this.session.me, desk);
  }

  render() {
    const desk = this.#desk;
    const admin = desk?.role === 'admin';
    return html`
      <a class="skip" href="#main">${say('nav.skip')}</a>
      <app-header .session=${this.session} .desk=${desk ?? usualDesk(this.session.me)}></app-header>
      <div class="frame ${admin ? 'frame--admin' : ''}">
        ${admin ? html`<admin-nav .session=${this.session} .creatorId=${desk.creatorId} .current=${this.route.name}></admin-nav>` : nothing}
        <main class="main" id="main" tabindex="-1">${desk ? keyed(`${desk.creatorId} ${desk.role}`, this.#view(desk)) : this.#nothingHere()}</main>
      </div>
    `;
  }

  /** @param {Desk} desk */
  #view({creatorId}) {
    const {session} = this;
    const {name, query, requestId} = this.route;
    if (FOR_CREATOR.includes(name) && session.me.user.id !== creatorId) return this.#nothingHere();
    switch (name) {
      case 'requests':
        return html`<my-requests .session=${session} .creatorId=${creatorId}></my-requests>`;
      case 'inbox':
        return html`<admin-inbox .session=${session} .creatorId=${creatorId} .query=${query}></admin-inbox>`;
      case 'supporters':
        return html`<supporters-page .session=${session} .creatorId=${creatorId} .query=${query}></supporters-page>`;
      case 'tiers':
        return html`<tiers-page .session=${session} .creatorId=${creatorId}></tiers-page>`;
      case 'invitations':
        return html`<invitations-page .session=${session} .creatorId=${creatorId}></invitations-page>`;
      case 'team':
        return html`<team-page .session=${session} .creatorId=${creatorId}></team-page>`;
      case 'activity':
        return html`<activity-page .session=${session} .creatorId=${creatorId}></activity-page>`;
      case 'settings':
        return html`<creator-page .session=${session} .creatorId=${creatorId}></creator-page>`;
      case 'request':
        return html`<request-page .session=${session} .requestId=${requestId}></request-page>`;
      default:
        return this.#nothingHere();
    }
  }

  #nothingHere() {
    if (desksOf(this.session.me).length === 0)
      return html`<div class="empty" data-testid="no-desk"><h1 tabindex="-1">${say('app.no_desk')}</h1><p>${say('app.no_desk_hint')}</p></div>`;
    return html`<div class="empty" data-testid="not-found"><h1 tabindex="-1">${say('app.not_found')}</h1><p><a class="button" href="/">${say('app.go_home')}</a></p></div>`;
  }
}

customElements.define('app-shell', AppShell);
