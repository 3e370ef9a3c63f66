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
};

/** @param {string} name of a route @returns {Promise<unknown>} fulfilled when its elements are defined; fails where they do not come */
export async function loadView(name) {
  return MODULES[/** @type {keyof typeof MODULES} */ (name)]?.();
}
