import assert from 'node:assert/strict';
import {test} from 'node:test';
import {installPage} from '../support/page.js';

installPage();
globalThis.setInterval = () => 0; // of the times, which would keep the process
const {RequestCard} = await import('../../src/request/request-card.js');

/** The text of what is drawn, with the markup around it. */
function plain(content) {
  if (Array.isArray(content)) return content.map(plain).join('');
  if (content?.strings) return content.strings.map((markup, index) => markup + plain(content.values[index] ?? '')).join('');
  return typeof content === 'string' || typeof content === 'number' ? String(content) : '';
}

function cardOf(request, {drafts = {}, quota} = {}) {
  const card = new RequestCard();
  card.session = {
    me: {user: {id: 1}},
    isAdminOf: () => false,
    creatorName: () => 'Mara',
    drafts: {of: (form) => drafts[form] ?? {}},
    store: {quotas: new Map([[9, quota]]), creators: new Map([[9, {time_zone: 'UTC'}]])},
  };
  card.request = {id: 5, creator_id: 9, user_id: 1, title: 'Emma', author: 'Jane Austen', status: 'pending', reply_count: 0, replies: [], ...request};
  return plain(card.render());
}

test('of a request that was withdrawn when its month was over, it is not said that it came back', () => {
  const withdrawn = {status: 'cancelled', refunded: true, created_at: '2026-10-31T12:00:00Z'};
  const over = cardOf(withdrawn, {quota: {period: 'month', resets_at: '2026-12-01T00:00:00Z'}});
  assert.match(over, /You withdrew this\. It no longer counts towards October 2026\./);
  assert.doesNotMatch(over, /back/);

  const inTime = cardOf(withdrawn, {quota: {period: 'month', resets_at: '2026-11-01T00:00:00Z'}});
  assert.match(inTime, /You withdrew this\. You got this request back\./);
  assert.doesNotMatch(cardOf({status: 'cancelled', refunded: false}), /back/);
});

test('a closed thread says that a reply is being written', () => {
  assert.match(cardOf({}, {drafts: {'reply-5': {body: 'Thank'}}}), /Keep writing your reply/);
  assert.doesNotMatch(cardOf({}, {drafts: {'reply-6': {body: 'Thank'}}}), /Keep writing your reply/);
});
