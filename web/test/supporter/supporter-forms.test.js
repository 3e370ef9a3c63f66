import assert from 'node:assert/strict';
import {mock, test} from 'node:test';
import {ApiError} from '../../src/client/http.js';
import {installPage} from '../support/page.js';

installPage();
const {SupporterChoice} = await import('../../src/supporter/supporter-choice.js');
await import('../../src/supporter/supporter-list-import.js');
await import('../../src/supporter/former-supporters.js');

test('a supporter is chosen by the address that the browser fills in, not by the beginning of another name', () => {
  mock.timers.enable({apis: ['setTimeout']}); // it would look for more
  const choice = new SupporterChoice();
  choice.found = [
    {user_id: 1, display_name: 'Max', email: 'max@example.org'},
    {user_id: 2, display_name: 'Max Müller', email: 'mueller@example.org'},
  ];
  const chosen = [];
  choice.emit = (name, id) => chosen.push(id);
  const type = handlerOf(choice, 'inbox-supporter', '@input=');

  type.call(choice, {target: {value: 'Max'}});
  assert.deepEqual(chosen, []);
  type.call(choice, {target: {value: 'mueller@example.org'}});
  assert.deepEqual(chosen, [2]);
  mock.timers.reset();
});

test('Enter chooses a supporter by the whole name, if only one has it', async () => {
  const people = [
    {user_id: 1, display_name: 'Max', email: 'max@example.org'},
    {user_id: 2, display_name: 'Max Müller', email: 'mueller@example.org'},
    {user_id: 3, display_name: 'Max Müller', email: 'other@example.org'},
  ];
  const choice = new SupporterChoice();
  choice.session = {api: {supporters: async () => ({items: people})}};
  const chosen = [];
  choice.emit = (name, id) => chosen.push(id);
  Object.defineProperty(choice, 'isConnected', {value: true});
  const press = (value) => handlerOf(choice, 'inbox-supporter', '@keydown=').call(choice, {key: 'Enter', target: {value}});

  await press('Max Müller');
  await press('Ma');
  assert.deepEqual(chosen, []);
  await press('max');
  assert.deepEqual(chosen, [1]);
});

test('another list is not sent with the key of one whose fate is unknown', async () => {
  const form = new (globalThis.customElements.get('supporter-list-import'))();
  const keys = [];
  form.session = {
    api: {
      importSupporters: async (creator, list, dryRun, {key}) => {
        keys.push(key);
        throw new ApiError(0, {code: 'unreachable', detail: ''});
      },
    },
  };
  const choose = handlerOf(form, 'import-file', '@change=');
  const file = (name, text) => ({target: {files: [new File([text], name, {type: 'text/csv', lastModified: 1})]}});

  await choose.call(form, file('march.csv', 'a'));
  await choose.call(form, file('march.csv', 'a'));
  await choose.call(form, file('april.csv', 'b'));
  assert.equal(keys[0], keys[1]);
  assert.notEqual(keys[1], keys[2]);
});

test('a former supporter comes back into the tier they had, or into the first one if it is gone', async () => {
  const list = new (globalThis.customElements.get('former-supporters'))();
  const restored = [];
  const person = {user_id: 7, display_name: 'Ada', email: 'ada@example.org', tier_id: 2, blocked: false, ended_at: '2026-11-23T20:15:00Z'};
  list.creatorId = 1;
  list.emit = () => {};
  list.session = {
    mayDecideAbout: () => true,
    api: {
      formerSupporters: async () => ({items: [person], next_cursor: null}),
      restoreSupporter: async (user, creator, tier) => restored.push(tier),
    },
  };
  list.willUpdate(new Map([['creatorId', 0]]));
  await new Promise(setImmediate);

  for (const tiers of [[{id: 1}, {id: 2}], [{id: 1}]]) {
    list.tiers = tiers;
    await handlerOf(list, 'former-restore', '@click=').call(list);
    await new Promise(setImmediate);
  }
  assert.deepEqual(restored, [2, 1]);
});

/** What an element does at an event of the part with this data-testid. */
function handlerOf(element, testid, event) {
  const search = (template) => {
    if (Array.isArray(template)) return template.map(search).find(Boolean);
    if (template?._$litDirective$) {
      const [items, , row] = template.values; // of repeat
      return search(items.map(row));
    }
    if (!template?.strings) return undefined;
    let inPart = false;
    for (const [index, text] of template.strings.entries()) {
      inPart ||= text.includes(`data-testid="${testid}"`);
      if (inPart && text.trimEnd().endsWith(event)) return template.values[index];
    }
    return template.values.map(search).find(Boolean);
  };
  return search(element.render());
}
