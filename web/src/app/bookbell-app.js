import {BASE_PATH} from '../base-path.js';
import {html} from 'lit';
import {keyed} from 'lit/directives/keyed.js';
import {Api} from '../client/api.js';
import {Backoff} from '../client/backoff.js';
import {Session} from '../client/session.js';
import {NotificationToasts} from '../notification/notification-toasts.js';
import {LightElement, lazyModule} from '../ui/base-elements.js';
import {enforceFieldLimits} from '../ui/text-limits.js';
import '../ui/toast-region.js';
import {translate} from '../words/translate.js';
import {UnreadBadge} from './unread-badge.js';
import {workspacesOf, workspacePath, lastWorkspace} from './workspaces.js';
import {Router, loadView} from './router.js';
import './app-shell.js';

/**
 * @import {DesktopNotifications} from '../alert/desktop-notifications.js'
 * @import {ToastRegion} from '../ui/toast-region.js'
 */

const loadFocusReturn = lazyModule(() => import('../ui/focus-return.js'));
const loadSignIn = lazyModule(() => import('../account/sign-in.js'));

/** On a first visit, there is no worker yet and the page's own start comes first, ms. */
const UPDATES_DELAY = 3_000;

/** The page is drawn in its own font from the first moment, unless the font is late, ms. */
const FONT_TIMEOUT = 1_000;
const font = Promise.race([document.fonts.load("1rem 'Source Sans 3'").catch(() => {}), new Promise((late) => setTimeout(late, FONT_TIMEOUT))]);

/** Between two attempts to reach a server that is away, ms. */
const MIN_RETRY_DELAY = 800;

/** A button that is busy keeps the focus, and does nothing. @param {Event} event */
function ignoreBusy(event) {
  if (!(/** @type {Element} */ (event.target).closest('[aria-disabled=true]'))) return;
  event.preventDefault();
  event.stopPropagation();
}

/** The whole page: who is signed in, where they are, and what they are told in passing. */
export class BookbellApp extends LightElement {
  static properties = {session: {state: true}, route: {state: true}, phase: {state: true}, missing: {state: true}};

  #api = new Api();
  #router = new Router(() => this.#onNavigation());
  #navigation = 0;
  /** @type {Set<string>} */
  #explained = new Set();
  #proxySignInOffered = false;
  #starting = false;
  #unreadBadge = new UnreadBadge();
  #backoff = new Backoff({cap: 15_000});
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retryTimer;
  /** @type {DesktopNotifications | null} */
  #desktopNotifications = null;

  constructor() {
    super();
    /** @type {Session | null} */
    this.session = null;
    this.route = this.#router.route;
    /** @type {'starting' | 'ready' | 'unreachable'} */
    this.phase = 'starting';
    this.reason = '';
    /** Whether the module of the view could not be loaded. */
    this.missing = false;
    this.#api.http.onProxySignIn = () => this.#offerProxySignIn();
    this.addEventListener('signed-in', () => this.#onSignedIn());
    document.addEventListener('click', ignoreBusy, true);
    enforceFieldLimits(document, (text) => this.#toasts?.show({text, tone: 'plain'}));
    document.addEventListener('focusin', loadFocusReturn, {once: true});
    document.addEventListener('toast', (event) => this.#toasts?.show(/** @type {CustomEvent} */ (event).detail));
    this.addEventListener('navigate', (event) => this.#router.go(/** @type {CustomEvent} */ (event).detail));
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('online', () => (this.phase === 'unreachable' ? this.#start() : this.session?.client.networkChanged(true)));
    addEventListener('offline', () => this.session?.client.networkChanged(false));
    document.addEventListener('visibilitychange', () => document.hidden || this.session?.client.wake());
    // Browsers keep a page that was left, asleep, to show it again: meanwhile the connection is no use to it, but to other tabs.
    addEventListener('pagehide', () => this.session?.client.stop());
    addEventListener('pageshow', ({persisted}) => persisted && this.#resume());
    this.#start();
    this.#withUpdates(({onWorkerMessage}) => onWorkerMessage((address) => this.#router.go(address)));
  }

  #resume() {
    this.session?.client.start();
    this.session?.client.networkChanged(navigator.onLine);
  }

  /** @param {() => void} takeOver */
  #offerUpdate(takeOver) {
    this.#toasts?.show({text: translate('app.newer'), tone: 'plain', act: takeOver});
  }

  /** Once: it stays until it is used. */
  #offerProxySignIn() {
    if (this.#proxySignInOffered || this.phase !== 'ready') return;
    this.#proxySignInOffered = true;
    this.#toasts?.show({text: translate('connection.proxy_sign_in'), tone: 'plain', act: () => location.reload()});
  }

  /** Beside an open dialog, nothing is read out. */
  get #toasts() {
    return /** @type {ToastRegion | null} */ (document.querySelector('dialog[open] toast-region') ?? this.querySelector('toast-region'));
  }

  /** One start at a time: each that succeeds opens a session. */
  async #start() {
    if (this.#starting) return;
    this.#starting = true;
    clearTimeout(this.#retryTimer);
    const view = Promise.all([this.#load(this.route), font]);
    try {
      const me = await this.#api.me();
      await view;
      this.#openSession(me);
      this.phase = 'ready';
    } catch (error) {
      await view;
      if (/** @type {any} */ (error).status === 401) this.phase = 'ready';
      else this.#retryLater();
    } finally {
      this.#starting = false;
    }
  }

  /** By itself, and at once when the network is back. */
  #retryLater() {
    this.phase = 'unreachable';
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#start(), MIN_RETRY_DELAY + this.#backoff.next());
  }

  /** @param {import('./router.js').Route} route */
  async #load({name}) {
    const turn = this.#navigation;
    const missing = await loadView(name).then(
      () => false,
      () => true,
    );
    if (turn === this.#navigation) this.missing = missing;
  }

  /** After a sign-in, an accepted invitation, or the setup. */
  async #onSignedIn() {
    const {name} = this.route;
    const arrived =
      name === 'setup' || name === 'reset' || name === 'handover' || name === 'patreon' || (name === 'join' && !this.querySelector('join-page sign-in'));
    const known = new Set(this.session ? workspacesOf(this.session.me).map(workspacePath) : []);
    this.session?.sendQueue.stop();
    const me = await new Api().me().catch(() => undefined); // of whoever it is now, while what is shown still names its own user
    this.#closeSession('');
    if (me) this.#openSession(me);
    else this.#start();
    const gained =
      me &&
      workspacesOf(me)
        .map(workspacePath)
        .find((home) => !known.has(home));
    if (arrived) this.#router.go(me && name === 'setup' ? `${BASE_PATH}/creators/${me.user.id}/begin` : (gained ?? `${BASE_PATH}/`), {replace: true});
  }

  /** @param {import('../client/types.js').Me} me */
  #openSession(me) {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const session = new Session(this.#api, me, {url: `${scheme}//${location.host}${BASE_PATH}/api/book-requests/ws`});
    session.addEventListener('ended', () => session === this.session && this.#closeSession(translate('account.signed_out')));
    session.addEventListener('access', () => this.#onNavigation());
    session.store.addEventListener('change', () => this.#updateUnreadBadge());
    session.addEventListener('resumed', () => this.#withUpdates(({checkForUpdate}) => checkForUpdate()));
    session.client.addEventListener('state', () => this.#registerWorkerWhenLive(session));
    session.client.addEventListener('state', () => this.#explainRefusedOnce(session));
    this.#withUpdates(() => this.#startAlerts(session));
    new NotificationToasts(session, (message) => this.#showNews(message));
    this.session = session;
    session.start();
    this.#onNavigation();
  }

  /** Each once: afterwards the mark in the bar says it. @param {Session} session */
  #explainRefusedOnce({client}) {
    const {refused, fallback} = client.status;
    if (!refused && !fallback) return;
    const text = refused ? translate('connection.refused_why') : translate('connection.fallback_why');
    if (this.#explained.has(text)) return;
    this.#explained.add(text);
    this.#toasts?.show({text, tone: 'plain'});
  }

  /** @param {Session} session */
  #registerWorkerWhenLive({client}) {
    const isLive = () => client.status.state === 'live';
    if (isLive()) this.#withUpdates(({registerWorker}) => registerWorker(isLive, (takeOver) => this.#offerUpdate(takeOver)));
  }

  /** Does something with the module that talks to the service worker, if it comes. @param {(updates: typeof import('./page-updates.js')) => unknown} use */
  async #withUpdates(use) {
    if (!navigator.serviceWorker?.controller) await new Promise((done) => setTimeout(done, UPDATES_DELAY));
    await import('./page-updates.js').then(use, () => {});
  }

  /** @param {{text: string, tone: string, href?: string}} news */
  #showNews(news) {
    this.#toasts?.show(news);
    this.#startAlerts(this.session).then(
      () => this.#desktopNotifications?.notify(news),
      () => {},
    );
  }

  /** With the first news, or a little before. @param {Session | null} session */
  async #startAlerts(session) {
    const {DesktopNotifications} = await import('./page-updates.js');
    if (session && session === this.session) this.#desktopNotifications ??= new DesktopNotifications(session, (address) => this.#router.go(address));
  }

  /** @param {string} reason */
  #closeSession(reason) {
    const session = this.session;
    this.session = null;
    this.reason = reason;
    session?.end();
    this.#desktopNotifications?.stop();
    this.#desktopNotifications = null;
    this.#updateUnreadBadge();
  }

  /** The view before stays until the module of the next has come. */
  async #onNavigation() {
    const route = this.#router.route;
    const turn = ++this.#navigation;
    await this.#load(route);
    if (turn !== this.#navigation) return;
    this.route = route;
    const workspace = this.session && lastWorkspace(this.session.me);
    if (this.route.name === 'home' && workspace) this.#router.go(workspacePath(workspace), {replace: true});
  }

  #updateUnreadBadge() {
    this.#unreadBadge.show(this.session?.store.unread ?? 0);
  }

  render() {
    return html`${this.#page()}<toast-region></toast-region>`;
  }

  #page() {
    const token = location.hash.slice(1);
    if (this.phase === 'starting') return html`<div class="starting" aria-busy="true"></div>`;
    if (this.phase === 'unreachable' || (this.missing && !this.session)) return this.#unreachable();
    if (this.route.name === 'setup') return html`<setup-page .api=${this.#api} .token=${token}></setup-page>`;
    if (this.route.name === 'reset') return html`<reset-page .api=${this.#api} .token=${token}></reset-page>`;
    if (this.route.name === 'handover') return html`<take-over-page .api=${this.#api} .token=${token}></take-over-page>`;
    if (this.route.name === 'news') return html`<mail-link-page .api=${this.#api} .token=${token}></mail-link-page>`;
    if (this.route.name === 'join') return html`<join-page .api=${this.#api} .user=${this.session?.me.user ?? null} .token=${token}></join-page>`;
    if (this.route.name === 'patreon')
      return html`<patreon-page .api=${this.#api} .user=${this.session?.me.user ?? null} .query=${this.route.query}></patreon-page>`;
    if (!this.session) {
      loadSignIn();
      return html`<sign-in .api=${this.#api} reason=${this.reason}></sign-in>`;
    }
    return keyed(this.session, html`<app-shell .session=${this.session} .route=${this.route} ?missing=${this.missing}></app-shell>`);
  }

  #unreachable() {
    return html`<main class="empty" data-testid="unreachable">
      <h1>${translate('app.unreachable')}</h1>
      <p>${translate('app.unreachable_hint')}</p>
      <p><button type="button" class="button button--main" data-testid="start-retry" @click=${() => this.#start()}>${translate('list.retry')}</button></p>
    </main>`;
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (!changed.has('route')) return;
    const before = /** @type {import('./router.js').Route | undefined} */ (changed.get('route'));
    const place = (/** @type {import('./router.js').Route} */ {name, creatorId, requestId}) => `${name} ${creatorId} ${requestId}`;
    const {position} = this.#router;
    this.#router.position = undefined;
    const isElsewhere = before && place(before) !== place(this.route);
    if (position) import('./scroll-return.js').then(({scrollBackTo}) => scrollBackTo(position)).catch(() => {});
    else if (isElsewhere || position === 0) scrollTo(0, 0);
    if (!isElsewhere) return;
    setTimeout(() => /** @type {HTMLElement | null} */ (this.querySelector('h1[tabindex]'))?.focus({preventScroll: true}));
  }
}

customElements.define('bookbell-app', BookbellApp);
