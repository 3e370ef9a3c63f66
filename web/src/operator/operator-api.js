/**
 * The calls of the operator's page.
 *
 * @import {Http} from '../client/http.js'
 * @import {Page} from '../client/types.js'
 * @typedef {{id: number, email: string, display_name: string, has_password: boolean, operator: boolean, creator: boolean, created_at: string, disabled_at: string | null, sessions: number, last_used_at: string | null}} Account
 * @typedef {{id: number, client: string | null, address: string | null, created_at: string, last_used_at: string, acknowledged: number | null}} AccountSession
 * @typedef {Account & {passkeys: number, identities: number, patreon: boolean, session_list: AccountSession[]}} AccountDetail
 * @typedef {{user_id: number, email: string, display_name: string, connections: number, head: number, sessions: AccountSession[]}} Connected
 * @typedef {{kind: string, waiting: number, sent: number, failed: number, error: string | null}} OutboxKind
 * @typedef {{passwords: boolean, may_turn_off: boolean}} SignInSettings
 */

const ACCOUNTS = '/api/operator/accounts';

export class OperatorApi {
  /** @param {Http} http */
  constructor(http) {
    this.http = http;
  }

  /** @param {string} q @param {string | null} cursor @returns {Promise<Page<Account>>} */
  accounts = (q, cursor) => this.http.get(ACCOUNTS, {q, cursor, limit: 50});

  /** @param {number} id @returns {Promise<AccountDetail>} */
  account = (id) => this.http.get(`${ACCOUNTS}/${id}`);

  /** @returns {Promise<{items: Connected[]}>} */
  connections = () => this.http.get('/api/operator/connections');

  /** @returns {Promise<{items: OutboxKind[]}>} */
  outbox = () => this.http.get('/api/operator/outbox');

  /** @param {number} id @param {'disable' | 'enable'} what */
  change = (id, what) => this.http.post(`${ACCOUNTS}/${id}/${what}`);

  /** @param {number} id @param {string} name @param {string} key */
  makeCreator = (id, name, key) => this.http.post(`${ACCOUNTS}/${id}/creator`, {name}, {key});

  /** @param {number} id */
  closeCreator = (id) => this.http.delete(`${ACCOUNTS}/${id}/creator`);

  /** @param {number} id @returns {Promise<{url: string, expires_at: string}>} */
  resetLink = (id) => this.http.post(`${ACCOUNTS}/${id}/reset`);

  /** @param {number} user @param {number} id */
  endSession = (user, id) => this.http.delete(`${ACCOUNTS}/${user}/sessions/${id}`);

  /** @param {number} user */
  endSessions = (user) => this.http.delete(`${ACCOUNTS}/${user}/sessions`);

  /** @returns {Promise<SignInSettings>} */
  signIn = () => this.http.get('/api/operator/sign-in');

  /** @param {boolean} passwords @returns {Promise<SignInSettings>} */
  turnPasswords = (passwords) => this.http.patch('/api/operator/sign-in', {passwords});
}
