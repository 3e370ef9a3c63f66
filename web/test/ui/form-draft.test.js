import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {Drafts} from '../../src/client/drafts.js';
import {MemoryStorage} from '../support/browser.js';

const window = new EventTarget();
globalThis.addEventListener = window.addEventListener.bind(window);
globalThis.removeEventListener = window.removeEventListener.bind(window);
globalThis.dispatchEvent = window.dispatchEvent.bind(window);
globalThis.HTMLSelectElement = class extends EventTarget {};
const {FormDraft, sentForm} = await import('../../src/ui/form-draft.js');

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

/** The same page in another tab, with the fields of a request. */
function openTab() {
  const host = new Host();
  for (const name of ['title', 'author', 'note']) host[name] = host.draw(name);
  host.controller.hostUpdated();
  return host;
}

/** A form whose fields can be sent and emptied. */
function formOf(...fields) {
  return {elements: fields.map((field) => ({type: 'text', defaultValue: '', ...field}))};
}

globalThis.FormData = class {
  constructor({elements}) {
    this.entries = elements.filter(({type, checked}) => type !== 'checkbox' || checked).map(({name, value}) => [name, value]);
  }

  getAll(wanted) {
    return this.entries.filter(([name]) => name === wanted).map(([, value]) => value);
  }
};

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

test('what is written in another tab comes into no field of this one, and the draft is that of one tab', () => {
  const [here, there] = [openTab(), openTab()];
  for (const name of ['title', 'author', 'note']) here.write(here[name], `${name} of the first book`);
  there.write(there.title, 'Another book');
  there.controller.hostUpdated();

  assert.deepEqual([there.author.value, there.note.value, there.draft.has('note')], ['', '', false]);
  assert.deepEqual(drafts.of('own-account'), {title: 'Another book'});
});

test('what is sent in one tab takes no words from another, which keeps its own when it is left', () => {
  const [here, there] = [openTab(), openTab()];
  there.write(there.title, 'Another book');
  here.write(here.title, 'The first book');
  there.draft.drop();
  assert.deepEqual(drafts.of('own-account'), {title: 'The first book'});

  there.write(there.title, 'A third book');
  there.draft.drop();
  assert.deepEqual(drafts.of('own-account'), {});
  globalThis.dispatchEvent(new Event('pagehide'));
  assert.deepEqual(drafts.of('own-account'), {title: 'The first book'});
});

test('words are in the form again when it is drawn again, also those that were refused meanwhile', () => {
  const host = openTab();
  host.write(host.title, 'The first book');
  host.fields = [];
  const title = host.draw('title');
  host.controller.hostUpdated();
  assert.equal(title.value, 'The first book');

  host.fields = [];
  const sent = host.draft.drop();
  assert.deepEqual(drafts.of('own-account'), {});
  host.draft.keepAll(sent);
  assert.deepEqual(drafts.of('own-account'), {title: 'The first book'});
});

test('what is written while a form is being sent stays when it is sent', () => {
  const form = formOf({name: 'title', value: 'Sent'}, {name: 'note', value: 'Sent too'}, {name: 'uses', value: '5', defaultValue: '1'});
  const clear = sentForm(form);
  form.elements[0].value = 'The next book';

  assert.deepEqual(clear(), ['note', 'uses']);
  assert.deepEqual(
    form.elements.map(({value}) => value),
    ['The next book', '', '1'],
  );
});

test('choices that were sent are as they were at first, and those made since stay', () => {
  const options = [{value: 'week'}, {value: 'month', defaultSelected: true}];
  const choice = (value, checked, defaultChecked) => ({name: 'event', type: 'checkbox', value, defaultValue: value, checked, defaultChecked});
  const form = formOf(
    {name: 'period', value: 'week', defaultValue: undefined, options},
    choice('a', true, false),
    choice('b', false, true),
    choice('c', true, true),
  );
  const clear = sentForm(form);
  form.elements[3].checked = false;
  clear();

  assert.equal(form.elements[0].value, 'month');
  assert.deepEqual(
    form.elements.slice(1).map(({checked}) => checked),
    [false, true, false],
  );
});
