/**
 * @import {Api} from '../client/api.js'
 * @import {MembershipSource, PatreonResult} from '../client/types.js'
 * @typedef {{key?: string}} Command `key`: the Idempotency-Key, for a command that is sent again
 */

/** The REST calls about Patreon and Ko-fi, which a first view does without. */
export class MembershipApi {
  /** @param {Api} api */
  constructor(api) {
    this.http = api.http;
  }

  /** @param {number} creatorId @returns {Promise<MembershipSource>} */
  patreon = (creatorId) => this.http.get('/api/patreon', {creator_id: creatorId});

  /** @param {{creator_id?: number, password?: string}} whose @returns {Promise<{url: string}>} */
  connectPatreon = (whose) => this.http.post('/api/patreon/connect', whose);

  /** @param {{code: string, state: string}} code @returns {Promise<PatreonResult>} */
  finishPatreon = (code) => this.http.post('/api/patreon/finish', code);

  /** @param {object} account token, email, display_name, password @param {Command} [command] */
  joinWithPatreon = (account, command) => this.http.post('/api/patreon/join', account, command);

  /** @param {number} creatorId */
  disconnectPatreon = (creatorId) => this.http.delete('/api/patreon', {creator_id: creatorId});

  /** @param {number} creatorId */
  syncPatreon = (creatorId) => this.http.post('/api/patreon/sync', undefined, {query: {creator_id: creatorId}});

  /** @param {object} mapping creator_id, map, grace_days */
  mapPatreonTiers = (mapping) => this.http.put('/api/patreon/tiers', mapping);

  /** @returns {Promise<{available: boolean, linked: boolean}>} */
  patreonAccount = () => this.http.get('/api/patreon/account');

  unlinkPatreon = () => this.http.delete('/api/patreon/account');

  /** @param {number} creatorId @returns {Promise<MembershipSource>} */
  kofi = (creatorId) => this.http.get('/api/kofi', {creator_id: creatorId});

  /** @param {{creator_id: number, verification_token: string}} connection */
  connectKofi = (connection) => this.http.put('/api/kofi', connection);

  /** @param {number} creatorId */
  disconnectKofi = (creatorId) => this.http.delete('/api/kofi', {creator_id: creatorId});

  /** @param {object} mapping creator_id, map, grace_days */
  mapKofiTiers = (mapping) => this.http.put('/api/kofi/tiers', mapping);
}
