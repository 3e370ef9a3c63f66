import assert from 'node:assert/strict';
import {mock, test} from 'node:test';
import {settle} from '../support/browser.js';
import {press} from '../support/markup.js';
import {installPage} from '../support/page.js';

installPage();
mock.timers.enable({apis: ['Date'], now: 1_000_000});
const {SetupGuide} = await import('../../src/setup/setup-guide.js');
const {ApiError} = await import('../../src/client/http.js');

test('an invitation that is sent again after a lost answer is the same one', async () => {
  /** @type {any[]} */
  const sent = [];
  const invite = async (wish, {key}) => {
    sent.push({key, ...wish});
    mock.timers.tick(5_000);
    if (sent.length === 1) throw new ApiError(0, {code: 'unreachable'});
    return {url: 'https://books.example/join#token'};
  };
  const guide = Object.assign(new SetupGuide(), {creatorId: 1, session: {api: {invite}, me: {user: {display_name: 'Ada'}}, store: {creators: new Map()}}});
  guide.progress = {look: false, invited: false, tiers: [{id: 7, name: 'Readers', requests_allowed: 3, period: 'month'}]};

  for (let turn = 0; turn < 2; turn++) {
    press(guide, 'guide-invite');
    await settle();
  }

  assert.equal(sent.length, 2);
  assert.deepEqual(sent[1], sent[0]);
  assert.equal(guide.links.get(7), 'https://books.example/join#token');
});
