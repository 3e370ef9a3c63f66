import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {Drafts} from '../../src/client/drafts.js';
import {MemoryStorage} from '../support/browser.js';

globalThis.HTMLSelectElement = class extends EventTarget {};
const {FormDraft} = await import('../../src/ui/form-draft.js');

const drafts = new Drafts(1, new MemoryStorage());

class Host extends EventTarget {
  localName = 'own-account-page';
  fields = [];
  draft = new FormDraft(this, () => ({drafts, form: 'own-account'}));

  addController(controller) {
    this.controller = controller;
    controller.hostConnected();
  }

  querySelectorAll(selector) {
    return this.fields.filter(({name}) => selector === 'form [name]' || selector === `form [name="${name}"]`);
  }

  /** Draws a field in a form, which an element of its own may be around. */
  draw(name, {around, ...parts} = {}) {
    const parent = around ? {localName: around, parentElement: this} : this;
    const form = {localName: 'form', parentElement: {localName: 'div', parentElement: parent}};
    const field = Object.assign(
      parts.options ? new globalThis.HTMLSelectElement() : new EventTarget(),
      {name, type: 'text', value: '', defaultValue: '', form},
      parts,
    );
    this.fields.push(field);
    return field;
  }

  write(field, value) {
    field.value = value;
    this.dispatchEvent(Object.defineProperty(new Event('input'), 'target', {value: field}));
  }
}

beforeEach(() => drafts.clear());

test('what is written into the form of an element within the host is not kept, nor put into a field of the same name', () => {
  const host = new Host();
  const mine = host.draw('email');
  host.write(host.draw('email', {around: 'own-handover'}), 'successor@example.org');
  host.controller.hostUpdated();

  assert.deepEqual([drafts.of('own-account'), mine.value], [{}, '']);

  host.write(mine, 'me@example.org');
  assert.deepEqual(drafts.of('own-account'), {email: 'me@example.org'});
});

test("what an earlier version kept of another element's form is forgotten", () => {
  drafts.keep('own-account', 'target', 'https://discord.example/secret');
  const host = new Host();
  const other = host.draw('target', {around: 'chat-form'});
  host.controller.hostUpdated();

  assert.deepEqual([drafts.of('own-account'), other.value], [{}, '']);
});

test('a choice is put back with its events, as soon as there is such an option', () => {
  drafts.keep('own-account', 'period', 'rolling');
  const host = new Host();
  const field = host.draw('period', {options: [{value: 'none'}], value: 'none'});
  const events = [];
  for (const type of ['input', 'change']) field.addEventListener(type, () => events.push(type));
  host.controller.hostUpdated();
  assert.deepEqual([field.value, events], ['none', []]);

  field.options.push({value: 'rolling'});
  host.controller.hostUpdated();
  host.controller.hostUpdated();
  assert.deepEqual([field.value, events], ['rolling', ['input', 'change']]);
});

test('of two forms, the draft of the one that was sent goes', () => {
  const host = new Host();
  host.write(host.draw('notice'), 'Back on Monday');
  host.write(host.draw('time_zone'), 'Asia/Tokyo');

  host.draft.drop('time_zone');
  assert.deepEqual(drafts.of('own-account'), {notice: 'Back on Monday'});
  host.draft.drop();
  assert.deepEqual(drafts.of('own-account'), {});
});
