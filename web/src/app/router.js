import {BASE_PATH} from '../base-path.js';

/**
 * @typedef {{name: string, creatorId?: number, requestId?: number, query: URLSearchParams}} Route
 */

/** The server serves the page at these addresses and at no others: SitePaths.java has the same list. */
const CREATOR_PLACES = ['requests', 'inbox', 'supporters', 'tiers', 'invitations', 'team', 'activity', 'settings', 'begin'];

/** @param {{pathname: string, search: string}} address @returns {Route} */
export function routeOf({pathname, search}) {
  const query = new URLSearchParams(search);
  const path = pathname.startsWith(`${BASE_PATH}/`) ? pathname.slice(BASE_PATH.length) : pathname === BASE_PATH ? '/' : pathname;
  if (path === '/') return {name: 'home', query};
  if (/^\/(join|setup|reset|handover|account|news|operator|patreon)$/.test(path)) return {name: path.slice(1), query};
  const request = /^\/requests\/(\d+)$/.exec(path);
  if (request) return {name: 'request', requestId: Number(request[1]), query};
  const place = /^\/creators\/(\d+)\/(\w+)$/.exec(path);
  if (place && CREATOR_PLACES.includes(place[2])) return {name: place[2], creatorId: Number(place[1]), query};
  return {name: 'unknown', query};
}

/**
 * Follows the address by the History API: plain links work as links, and `changed` is called for each new address.
 */
export class Router {
  /** How far the page was scrolled where one has come back to; undefined where one has gone on, or not been before. @type {number | undefined} */
  position;
  /** Of the entries of the history, by their number. @type {Map<number, number>} */
  #positions = new Map();
  #entry = history.state?.entry ?? 0;

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    addEventListener('popstate', () => {
      this.#leave(history.state?.entry ?? 0);
      this.position = this.#positions.get(this.#entry);
      changed();
    });
    const restoration = (/** @type {ScrollRestoration} */ by) => () => (history.scrollRestoration = by);
    addEventListener('pagehide', restoration('auto')); // a page that is loaded again is the browser's
    addEventListener('pageshow', restoration('manual')); // who would scroll the view that is left
    document.addEventListener('click', (event) => this.#followed(event));
  }

  get route() {
    return routeOf(location);
  }

  /** As in any page, there is one entry of the history for an address that is gone to again. @param {string} address @param {{replace?: boolean}} [options] */
  go(address, {replace = address === location.pathname + location.search} = {}) {
    this.position = undefined;
    if (!replace) this.#leave(Date.now());
    history[replace ? 'replaceState' : 'pushState']({entry: this.#entry}, '', address);
    this.changed();
  }

  /** @param {number} next the entry that one goes to */
  #leave(next) {
    this.#positions.set(this.#entry, scrollY);
    this.#entry = next;
  }

  /** @param {MouseEvent} event */
  #followed(event) {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = /** @type {Element} */ (event.target).closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.target || link.origin !== location.origin) return;
    if (routeOf(link).name === 'unknown' || (link.hash && link.pathname === location.pathname)) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

/** Where each view's module is: it is loaded when its address is first gone to. */
const MODULES = {
  requests: () => import('../request/my-requests.js'),
  inbox: () => import('../team-inbox/team-inbox.js'),
  request: () => import('../request/request-page.js'),
  supporters: () => import('../supporter/supporters-page.js'),
  tiers: () => import('../supporter/tiers-page.js'),
  invitations: () => import('../invitation/invitations-page.js'),
  team: () => import('../team/team-page.js'),
  activity: () => import('../activity/activity-page.js'),
  settings: () => import('../creator/creator-page.js'),
  begin: () => import('../setup/setup-guide.js'),
  join: () => import('../account/join-page.js'),
  setup: () => import('../account/setup-page.js'),
  reset: () => import('../account/reset-page.js'),
  handover: () => import('../account/take-over-page.js'),
  news: () => import('../account/mail-link-page.js'),
  account: () => import('../account/own-account-page.js'),
  operator: () => import('../operator/operator-page.js'),
  patreon: () => import('../membership/patreon-page.js'),
};

/** @param {string} name of a route @returns {Promise<unknown>} fulfilled when its elements are defined; fails where they do not come */
export async function loadView(name) {
  return MODULES[/** @type {keyof typeof MODULES} */ (name)]?.();
}
