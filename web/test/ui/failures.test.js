import assert from 'node:assert/strict';
import {mock, test} from 'node:test';
import {settle} from '../support/browser.js';
import {confirm, markup, press} from '../support/markup.js';
import {installPage} from '../support/page.js';

installPage();
mock.timers.enable({apis: ['setInterval', 'setTimeout']});
globalThis.location = /** @type {any} */ ({search: '', origin: 'https://books.example'});
const {AccountRow} = await import('../../src/operator/account-row.js');
const {OperatorPage} = await import('../../src/operator/operator-page.js');
const {NewsSettings} = await import('../../src/news/news-settings.js');
const {RequestPage} = await import('../../src/request/request-page.js');
const {SavedReplyEditor} = await import('../../src/creator/saved-reply-editor.js');
const {SetupGuide} = await import('../../src/setup/setup-guide.js');
const {WebhookDeliveries} = await import('../../src/webhook/webhook-deliveries.js');
const {ApiError} = await import('../../src/client/http.js');

const REASON = 'The server is not feeling well.';

/** A server that fails until it is mended. */
function failingApi() {
  const state = {works: false, calls: 0};
  const answer = (/** @type {any} */ content) => async () => {
    state.calls++;
    if (!state.works) throw new ApiError(500, {code: 'trouble', detail: REASON});
    return content;
  };
  const list = answer({items: []});
  const api = {
    http: {get: async (/** @type {string} */ path) => (/operator\/(?!sign-in|accounts\/)/.test(path) ? {items: []} : list()), delete: list},
    webhookDeliveries: list,
    notificationSettings: answer({kinds: [], channels: [], events: {}, broken: []}),
    tiers: list,
    invitations: list,
    supporters: list,
    savedReplies: answer({items: [{id: 5, name: 'Thanks', body: 'Thank you!'}]}),
    removeSavedReply: answer(undefined),
  };
  const session = Object.assign(new EventTarget(), {
    api,
    me: {user: {id: 1, display_name: 'Ada', email: 'ada@books.example'}},
    store: {creators: new Map(), requests: new Map(), generation: 1},
    ready: Promise.resolve(),
    load: list,
    isAdminOf: () => false,
  });
  return {state, session};
}

/** @type {[string, () => any, (element: any) => unknown][]} */
const READERS = [
  ['the deliveries of a webhook', () => new WebhookDeliveries(), (element) => element.firstUpdated()],
  ['the settings of news', () => new NewsSettings(), (element) => element.firstUpdated()],
  ['the setup so far', () => Object.assign(new SetupGuide(), {creatorId: 1}), (element) => element.willUpdate(new Map([['creatorId', 0]]))],
  ['how people sign in', () => new OperatorPage(), (element) => element.firstUpdated()],
  ['one request', () => Object.assign(new RequestPage(), {requestId: 7}), (element) => element.willUpdate(new Map([['requestId', 0]]))],
];

for (const [what, make, read] of READERS)
  test(`if ${what} can't be read, the page says why and tries again when asked to`, async () => {
    const {state, session} = failingApi();
    const element = Object.assign(make(), {session});
    read(element);
    await settle();
    assert.match(markup(element.render()), new RegExp(REASON));
    assert.match(markup(element.render()), /list-retry/);

    state.works = true;
    const before = state.calls;
    press(element, 'list-retry');
    await settle();
    assert.ok(state.calls > before);
  });

test("if the details of an account can't be read, its row says why", async () => {
  const {state, session} = failingApi();
  const row = Object.assign(new AccountRow(), {session, account: {id: 2, display_name: 'Bea', email: 'bea@books.example'}});
  press(row, 'account-open');
  await settle();
  assert.match(markup(row.render()), new RegExp(REASON));

  state.works = true;
  session.api.http.get = async () => /** @type {any} */ ({id: 2, created_at: '2026-01-01T00:00:00Z', session_list: []});
  press(row, 'account-open');
  await settle();
  assert.match(markup(row.render()), /account-details/);
  assert.doesNotMatch(markup(row.render()), new RegExp(REASON));
});

test("if a saved reply can't be removed, the list says why", async () => {
  const {state, session} = failingApi();
  state.works = true;
  const editor = Object.assign(new SavedReplyEditor(), {session, creatorId: 1});
  editor.willUpdate(new Map([['creatorId', 0]]));
  await settle();

  state.works = false;
  confirm(editor, 'canned-remove');
  await settle();
  assert.match(markup(editor.render()), new RegExp(REASON));
});
