/**
 * @import {Session} from '../client/session.js'
 * @import {Invitation, Tier} from '../client/types.js'
 *
 * @typedef {{look: boolean, tiers: Tier[], invited: boolean}} Progress
 */

/** How far a creator's setup is, read from what there is: nothing else remembers it. @param {Session} session @param {number} creatorId @returns {Promise<Progress>} */
export async function readSetupProgress(session, creatorId) {
  const {api, store} = session;
  const [tiers, invitations, supporters] = await Promise.all([
    api.tiers(creatorId),
    api.invitations(creatorId),
    api.supporters({creator_id: creatorId, limit: 1}),
  ]);
  const creator = store.creators.get(creatorId);
  return {
    look: Boolean(creator?.colour || creator?.picture),
    tiers: tiers.items,
    invited: supporters.items.length > 0 || invitations.items.some(({kind}) => kind === 'supporter'),
  };
}

/** @param {Progress} progress */
export function stepsDone({look, tiers, invited}) {
  return 1 + Number(look) + Number(tiers.length > 0) + Number(invited); // the account is there
}

export const STEPS = 4;
