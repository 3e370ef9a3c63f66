import {html} from 'lit';
import {keyed} from 'lit/directives/keyed.js';
import {Api} from '../client/api.js';
import {Session} from '../client/session.js';
import '../account/join-page.js';
import '../account/setup-page.js';
import '../account/sign-in.js';
import {Crier} from '../notification/crier.js';
import {Element} from '../ui/element.js';
import {number, say} from '../words/words.js';
import {desksOf, homeOf, usualDesk} from './places.js';
import {Router} from './router.js';
import './app-shell.js';
import './toasts.js';

/** @import {ToastRegion} from './toasts.js' */

/** The whole page: who is signed in, where they are, and what they are told in passing. */
export class BookbellApp extends Element {
  static properties = {session: {state: true}, route: {state: true}, phase: {state: true}};

  #api = new Api();
  #router = new Router(() => this.#moved());

  constructor() {
    super();
    /** @type {Session | null} */
    this.session = null;
    this.route = this.#router.route;
    /** @type {'starting' | 'ready' | 'unreachable'} */
    this.phase = 'starting';
    this.reason = '';
    this.addEventListener('signed-in', () => this.#enter());
    this.addEventListener('tell', (event) => this.#toasts?.show(/** @type {CustomEvent} */ (event).detail));
    this.addEventListener('navigate', (event) => this.#router.go(/** @type {CustomEvent} */ (event).detail));
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('online', () => this.session?.client.networkChanged(true));
    addEventListener('offline', () => this.session?.client.networkChanged(false));
    document.addEventListener('visibilitychange', () => document.hidden || this.session?.client.wake());
    this.#start();
  }

  get #toasts() {
    return /** @type {ToastRegion | null} */ (this.querySelector('toast-region'));
  }

  async #start() {
    this.phase = 'starting';
    try {
      this.#open(await this.#api.me());
      this.phase = 'ready';
    } catch (error) {
      this.phase = /** @type {any} */ (error).status === 401 ? 'ready' : 'unreachable';
    }
  }

  /** After a sign-in, an accepted invitation, or the setup. */
  async #enter() {
    const {name} = this.route;
    const arrived = name === 'setup' || (name === 'join' && !this.querySelector('join-page sign-in'));
    const known = new Set(this.session ? desksOf(this.session.me).map(homeOf) : []);
    const me = await this.#api.me();
    this.#leave('');
    this.#open(me);
    const gained = desksOf(me).map(homeOf).find((home) => !known.has(home));
    if (arrived) this.#router.go(gained ?? '/', {replace: true});
  }

  /** @param {import('../client/types.js').Me} me */
  #open(me) {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const session = new Session(this.#api, me, {url: `${scheme}//${location.host}/api/book-requests/ws`});
    session.addEventListener('ended', () => session === this.session && this.#leave(say('account.signed_out')));
    session.addEventListener('access', () => this.#moved());
    session.store.addEventListener('change', () => this.#retitle());
    new Crier(session, (message) => this.#toasts?.show(message));
    this.session = session;
    session.start();
    this.#moved();
  }

  /** @param {string} reason */
  #leave(reason) {
    const session = this.session;
    this.session = null;
    this.reason = reason;
    session?.end();
    this.#retitle();
  }

  #moved() {
    this.route = this.#router.route;
    const desk = this.session && usualDesk(this.session.me);
    if (this.route.name === 'home' && desk) return this.#router.go(homeOf(desk), {replace: true});
    this.requestUpdate();
  }

  #retitle() {
    const unread = this.session?.store.unread ?? 0;
    document.title = unread > 0 ? `(${number(unread)}) Bookbell` : 'Bookbell';
  }

  render() {
    return html`${this.#page()}<toast-region></toast-region>`;
  }

  #page() {
    const token = location.hash.slice(1);
    if (this.phase === 'starting') return html`<div class="starting" aria-busy="true"></div>`;
    if (this.phase === 'unreachable') return this.#unreachable();
    if (this.route.name === 'setup') return html`<setup-page .api=${this.#api} .token=${token}></setup-page>`;
    if (this.route.name === 'join') return html`<join-page .api=${this.#api} .user=${this.session?.me.user ?? null} .token=${token}></join-page>`;
    if (!this.session) return html`<sign-in .api=${this.#api} reason=${this.reason}></sign-in>`;
    return keyed(this.session, html`<app-shell .session=${this.session} .route=${this.route}></app-shell>`);
  }

  #unreachable() {
    return html`<main class="empty" data-testid="unreachable">
      <h1>${say('app.unreachable')}</h1>
      <p><button type="button" class="button button--main" data-testid="start-retry" @click=${() => this.#start()}>${say('list.retry')}</button></p>
    </main>`;
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    const before = /** @type {import('./router.js').Route | undefined} */ (changed.get('route'));
    const place = (/** @type {import('./router.js').Route} */ {name, creatorId, requestId}) => `${name} ${creatorId} ${requestId}`;
    if (!before || place(before) === place(this.route)) return;
    scrollTo(0, 0);
    setTimeout(() => /** @type {HTMLElement | null} */ (this.querySelector('h1[tabindex]'))?.focus({preventScroll: true}));
  }
}

customElements.define('bookbell-app', BookbellApp);
