import {Http} from './http.js';

/**
 * @import {Activity, AskedBook, BookRequest, Counts, CreatedKey, Creator, FormerSupporter, FoundBooks, Handover, Invitation, Key, KeyScope, LedgerEntry, ListImport, Me, Member, Notification, NotificationSettings, Outcome, OwnSession, Page, Quota, Receipt, Reply, SavedReply, Seen, Status, Supporter, SupporterAccount, Tier, User, Webhook, WebhookDelivery} from './types.js'
 * @typedef {{key?: string, headers?: Record<string, string>}} Command `key`: the Idempotency-Key, for a command that is sent again
 */

const MAIL_LINKS = {
  forgot: '/api/auth/forgot',
  address: '/api/auth/confirm-email',
  confirm: '/api/news/confirm',
  unsubscribe: '/api/news/unsubscribe',
};

/** Every REST call of the page, by name. Refusals are thrown as ApiError. */
export class Api {
  /** @param {Http} [http] */
  constructor(http = new Http()) {
    this.http = http;
  }

  // Accounts

  /** @param {{email: string, password: string}} credentials @returns {Promise<{user: User}>} */
  signIn = (credentials) => this.http.post('/api/auth/login', credentials);

  signOut = () => this.http.post('/api/auth/logout');

  /** @returns {Promise<Me>} */
  me = () => this.http.get('/api/me');

  /** @param {object} account token, and for a new account email, display_name, password @param {Command} [command] */
  acceptInvitation = (account, command) => this.http.post('/api/auth/accept', account, command);

  /** @param {object} account token, email, display_name, password, creator_name @param {Command} [command] */
  setUp = (account, command) => this.http.post('/api/setup', account, command);

  /** @returns {Promise<{items: Key[]}>} */
  keys = () => this.http.get('/api/keys');

  /** @param {{name: string, scopes: KeyScope[], expires_at?: string}} key @param {Command} [command] @returns {Promise<CreatedKey>} */
  makeKey = (key, command) => this.http.post('/api/keys', key, command);

  /** @param {number} id */
  revokeKey = (id) => this.http.delete(`/api/keys/${id}`);

  /** @param {{display_name?: string, email?: string}} change @param {Command} [command] @returns {Promise<Me>} */
  changeMe = (change, command) => this.http.patch('/api/me', change, command);

  /** @returns {Promise<{public_key: string}>} */
  pushKey = () => this.http.get('/api/push-key');

  /** @returns {Promise<NotificationSettings>} */
  notificationSettings = () => this.http.get('/api/me/notification-settings');

  /** @param {object} settings @returns {Promise<NotificationSettings>} */
  changeNotificationSettings = (settings) => this.http.put('/api/me/notification-settings', settings);

  /** @param {number} creatorId @returns {Promise<{items: Webhook[]}>} */
  webhooks = (creatorId) => this.http.get(`/api/webhooks?creator_id=${creatorId}`);

  /** @param {object} webhook creator_id, kind, name, url, events, and for chats template @param {Command} [command] @returns {Promise<Webhook & {secret: string}>} */
  addWebhook = (webhook, command) => this.http.post('/api/webhooks', webhook, command);

  /** @param {number} id @param {object} change name, url, events or template @param {Command} [command] @returns {Promise<Webhook>} */
  changeWebhook = (id, change, command) => this.http.patch(`/api/webhooks/${id}`, change, command);

  /** @param {number} id */
  removeWebhook = (id) => this.http.delete(`/api/webhooks/${id}`);

  /** @param {number} id @param {Command} [command] */
  testWebhook = (id, command) => this.http.post(`/api/webhooks/${id}/test`, undefined, command);

  /** @param {string} template @returns {Promise<{text: string}>} */
  previewTemplate = (template) => this.http.post('/api/webhooks/preview', {template});

  /** @param {number} id @returns {Promise<{items: WebhookDelivery[]}>} */
  webhookDeliveries = (id) => this.http.get(`/api/webhooks/${id}/deliveries`);

  /** @param {number} id @param {number} delivery @param {Command} [command] */
  retryDelivery = (id, delivery, command) => this.http.post(`/api/webhooks/${id}/deliveries/${delivery}/retry`, undefined, command);

  /** @param {number} channel @param {Command} command */
  testChannel = (channel, command) => this.http.post('/api/me/notification-settings/test', {channel}, command);

  /** What a link in a mail does, and asking for one. @param {string} kind @param {object} content */
  followMailLink = (kind, content) => this.http.post(MAIL_LINKS[/** @type {keyof typeof MAIL_LINKS} */ (kind)] ?? MAIL_LINKS.forgot, content);

  /** @param {string} password */
  deleteMe = (password) => this.http.delete('/api/me', undefined, password ? {password} : undefined);

  /** @param {{token: string, password: string}} reset @param {Command} [command] */
  resetPassword = (reset, command) => this.http.post('/api/auth/reset', reset, command);

  /** @param {{token: string, display_name: string, password: string}} wanted @param {Command} [command] */
  takeOver = (wanted, command) => this.http.post('/api/auth/take-over', wanted, command);

  /** @param {number} creatorId @returns {Promise<{pending: Handover | null}>} */
  handover = (creatorId) => this.http.get(`/api/creators/${creatorId}/handover`);

  /** @param {number} creatorId @param {{email: string, password?: string}} wanted @returns {Promise<Handover>} */
  offerHandover = (creatorId, wanted) => this.http.post(`/api/creators/${creatorId}/handover`, wanted);

  /** @param {number} creatorId */
  cancelHandover = (creatorId) => this.http.delete(`/api/creators/${creatorId}/handover`);

  /** @param {{current?: string, new: string}} change */
  changePassword = (change) => this.http.post('/api/auth/password', change);

  /** @returns {Promise<{items: OwnSession[]}>} */
  sessions = () => this.http.get('/api/sessions');

  /** @param {number} id */
  endSession = (id) => this.http.delete(`/api/sessions/${id}`);

  endOtherSessions = () => this.http.delete('/api/sessions');

  /** @param {number} creatorId */
  leaveCreator = (creatorId) => this.http.delete(`/api/me/memberships/${creatorId}`);

  /** @param {number} creatorId */
  leaveTeam = (creatorId) => this.http.delete(`/api/me/teams/${creatorId}`);

  // Book requests

  /** @param {{creator_id?: number, status?: string, user_id?: number, q?: string, sort?: string, limit?: number, cursor?: string | null}} query @returns {Promise<Page<BookRequest>>} */
  bookRequests = (query) => this.http.get('/api/book-requests', query);

  /** @param {number} creatorId @returns {Promise<Counts>} */
  counts = (creatorId) => this.http.get('/api/book-requests/counts', {creator_id: creatorId});

  /** @param {{creator_id: number, ids: number[], status: Status, response?: string}} answer @param {Command} [command] @returns {Promise<{items: Outcome[]}>} */
  respondToAll = (answer, command) => this.http.post('/api/book-requests/respond', answer, command);

  /** @param {number} creatorId @returns {Promise<{items: SavedReply[]}>} */
  savedReplies = (creatorId) => this.http.get('/api/canned-responses', {creator_id: creatorId});

  /** @param {{creator_id: number, name: string, body: string}} answer @param {Command} [command] @returns {Promise<SavedReply>} */
  addSavedReply = (answer, command) => this.http.post('/api/canned-responses', answer, command);

  /** @param {number} id @param {{name?: string, body?: string}} change @returns {Promise<SavedReply>} */
  changeSavedReply = (id, change) => this.http.patch(`/api/canned-responses/${id}`, change);

  /** @param {number} id */
  removeSavedReply = (id) => this.http.delete(`/api/canned-responses/${id}`);

  /** @param {number} id @returns {Promise<BookRequest>} */
  bookRequest = (id) => this.http.get(`/api/book-requests/${id}`);

  /** Newest first. @param {number} id @param {{limit?: number, cursor?: string | null}} page @returns {Promise<Page<Reply>>} */
  replies = (id, page) => this.http.get(`/api/book-requests/${id}/replies`, page);

  /** @param {number} id @returns {Promise<{items: Receipt[]}>} */
  receipts = (id) => this.http.get(`/api/book-requests/${id}/receipts`);

  /** @param {number} id @returns {Promise<{items: Seen[]}>} */
  seen = (id) => this.http.get(`/api/book-requests/${id}/seen`);

  /** @param {{creator_id: number, title: string, author: string, isbn?: string, note?: string, cover_id?: number}} request @param {Command} [command] @returns {Promise<BookRequest>} */
  ask = (request, command) => this.http.post('/api/book-requests', request, command);

  /** @param {number} id @param {{status: Status, response?: string}} answer @param {Command} [command] @returns {Promise<BookRequest>} */
  respond = (id, answer, command) => this.http.post(`/api/book-requests/${id}/respond`, answer, command);

  /** @param {number} id @param {string} body @param {Command} [command] @returns {Promise<Reply>} */
  reply = (id, body, command) => this.http.post(`/api/book-requests/${id}/reply`, {body}, command);

  /** @param {number} id @param {Command} [command] @returns {Promise<BookRequest>} */
  cancel = (id, command) => this.http.post(`/api/book-requests/${id}/cancel`, undefined, command);

  /** @param {number} creatorId @returns {Promise<Quota & {entries: LedgerEntry[]}>} */
  quota = (creatorId) => this.http.get('/api/book-requests/quota', {creator_id: creatorId});

  // Books, and what others asked for

  /** @param {string} q @returns {Promise<FoundBooks>} */
  searchBooks = (q) => this.http.get('/api/books/search', {q});

  /** @param {number} creatorId @param {string} q @returns {Promise<{items: AskedBook[]}>} */
  askedBooks = (creatorId, q) => this.http.get('/api/book-requests/asked', {creator_id: creatorId, q});

  /** @param {{limit?: number, cursor?: string | null}} [query] @returns {Promise<Page<AskedBook>>} */
  followed = (query) => this.http.get('/api/book-requests/following', query);

  /** @param {number} id @param {Command} [command] @returns {Promise<AskedBook>} */
  follow = (id, command) => this.http.post(`/api/book-requests/${id}/follow`, undefined, command);

  /** @param {number} id */
  unfollow = (id) => this.http.delete(`/api/book-requests/${id}/follow`);

  // Creator, tiers, supporters, invitations

  /** @param {number} id @returns {Promise<Creator>} */
  creator = (id) => this.http.get(`/api/creators/${id}`);

  /** @param {number} id @param {{accepting?: boolean, notice?: string, rules?: string, name?: string, shows_asked?: boolean, self_service?: boolean, colour?: string, time_zone?: string}} change @returns {Promise<Creator>} */
  changeCreator = (id, change) => this.http.patch(`/api/creators/${id}`, change);

  /** @param {number} id @param {Blob} picture @returns {Promise<Creator>} */
  showPicture = (id, picture) => this.http.put(`/api/creators/${id}/picture`, picture);

  /** @param {number} id @returns {Promise<Creator>} */
  removePicture = (id) => this.http.delete(`/api/creators/${id}/picture`);

  /** @param {number} creatorId @returns {Promise<{items: Tier[]}>} */
  tiers = (creatorId) => this.http.get('/api/tiers', {creator_id: creatorId});

  /** @param {object} tier creator_id, name, requests_allowed, period @param {Command} [command] @returns {Promise<Tier>} */
  addTier = (tier, command) => this.http.post('/api/tiers', tier, command);

  /** @param {number} id @param {object} change @returns {Promise<Tier>} */
  changeTier = (id, change) => this.http.patch(`/api/tiers/${id}`, change);

  /** @param {{creator_id: number, q?: string, limit?: number, cursor?: string | null}} query @returns {Promise<Page<Supporter>>} */
  supporters = (query) => this.http.get('/api/supporters', query);

  /** @param {number} userId @param {number} creatorId @returns {Promise<SupporterAccount>} */
  supporter = (userId, creatorId) => this.http.get(`/api/supporters/${userId}`, {creator_id: creatorId});

  /** @param {number} id @param {number | null} moveTo */
  deleteTier = (id, moveTo) => this.http.delete(`/api/tiers/${id}`, {}, {move_to: moveTo});

  /** @param {number} userId @param {number} creatorId @param {number | null} allowance */
  allowSupporter = (userId, creatorId, allowance) => this.http.patch(`/api/supporters/${userId}`, {own_allowance: allowance}, {query: {creator_id: creatorId}});

  /** @param {number} userId @param {number} creatorId */
  removeSupporter = (userId, creatorId) => this.http.delete(`/api/supporters/${userId}`, {creator_id: creatorId});

  /** @param {number} userId @param {number} creatorId @param {Command} [command] */
  blockSupporter = (userId, creatorId, command) => this.http.post(`/api/supporters/${userId}/block`, undefined, {...command, query: {creator_id: creatorId}});

  /** @param {number} userId @param {number} creatorId */
  unblockSupporter = (userId, creatorId) => this.http.delete(`/api/supporters/${userId}/block`, {creator_id: creatorId});

  /** @param {number} userId @param {number} creatorId @param {number} tierId @param {Command} [command] @returns {Promise<Supporter>} */
  restoreSupporter = (userId, creatorId, tierId, command) =>
    this.http.post('/api/supporters', {creator_id: creatorId, user_id: userId, tier_id: tierId}, command);

  /** @param {number} creatorId @param {Blob} list @param {boolean} dryRun @param {Command} [command] @returns {Promise<ListImport>} */
  importSupporters = (creatorId, list, dryRun, command) =>
    this.http.post('/api/supporters/import', list, {...command, query: {creator_id: creatorId, dry_run: dryRun}});

  /** @param {{creator_id: number, limit?: number, cursor?: string | null}} query @returns {Promise<Page<FormerSupporter>>} */
  formerSupporters = (query) => this.http.get('/api/former-supporters', query);

  /** @param {number} userId @param {number} creatorId @param {number} tierId */
  moveSupporter = (userId, creatorId, tierId) => this.http.patch(`/api/supporters/${userId}`, {tier_id: tierId}, {query: {creator_id: creatorId}});

  /** @param {number} userId @param {number} creatorId @param {{amount: number, reason: string}} grant @param {Command} [command] @returns {Promise<Quota>} */
  grant = (userId, creatorId, grant, command) => this.http.post(`/api/supporters/${userId}/grant`, grant, {...command, query: {creator_id: creatorId}});

  /** @param {number} creatorId @returns {Promise<{items: Invitation[]}>} */
  invitations = (creatorId) => this.http.get('/api/invitations', {creator_id: creatorId});

  /** @param {object} invitation creator_id, kind, tier_id?, uses?, expires_at? @param {Command} [command] @returns {Promise<Invitation>} */
  invite = (invitation, command) => this.http.post('/api/invitations', invitation, command);

  /** @param {object} invitation with `emails` @param {Command} [command] @returns {Promise<{accepted: number}>} */
  inviteByMail = (invitation, command) => this.http.post('/api/invitations/mail', invitation, command);

  /** @param {number} id */
  revokeInvitation = (id) => this.http.delete(`/api/invitations/${id}`);

  // Team, activity, notifications

  /** @param {number} creatorId @returns {Promise<{members: Member[]}>} */
  team = (creatorId) => this.http.get('/api/team', {creator_id: creatorId});

  /** @param {number} creatorId @param {string} email @param {Command} [command] @returns {Promise<Member>} */
  addMember = (creatorId, email, command) => this.http.post('/api/team/add', {creator_id: creatorId, email}, command);

  /** @param {number} userId @param {number} creatorId @param {boolean} active @returns {Promise<Member>} */
  activateMember = (userId, creatorId, active) => this.http.patch(`/api/team/${userId}`, {active}, {query: {creator_id: creatorId}});

  /** @param {number} userId @param {number} creatorId @param {string} role @returns {Promise<Member>} */
  changeRole = (userId, creatorId, role) => this.http.patch(`/api/team/${userId}`, {role}, {query: {creator_id: creatorId}});

  /** @param {number} userId @param {number} creatorId */
  removeMember = (userId, creatorId) => this.http.delete(`/api/team/${userId}`, {creator_id: creatorId});

  /** @param {{creator_id: number, kind?: string, actor_id?: number, from?: string, to?: string, limit?: number, cursor?: string | null}} query @returns {Promise<Page<Activity>>} */
  activity = (query) => this.http.get('/api/activity', query);

  /** @param {{limit?: number, cursor?: string | null}} [query] @returns {Promise<Page<Notification> & {unread_notifications: number}>} */
  notifications = (query) => this.http.get('/api/notifications', query);

  /** @param {{ids: number[]} | {all: true}} which @returns {Promise<{unread_notifications: number}>} */
  markRead = (which) => this.http.post('/api/notifications/read', which);
}
