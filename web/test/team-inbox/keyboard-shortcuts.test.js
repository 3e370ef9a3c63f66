import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';
import {FakeField, installPage} from '../support/page.js';

installPage();
globalThis.HTMLElement = FakeField;
const {LostField} = await import('../../src/team-inbox/keyboard-shortcuts.js');

let lost;

beforeEach(() => {
  lost = new LostField();
  lost.watch();
});

afterEach(() => lost.unwatch());

function writeIntoOneThatGoes() {
  const field = new FakeField();
  field.happens('focusin');
  assert.equal(lost.isLost, false);
  field.remove();
  assert.equal(lost.isLost, true);
}

test('what is typed after a field was taken away is no shortcut, until something else has the focus', () => {
  writeIntoOneThatGoes();
  new FakeField('request-card').happens('focusin');
  assert.equal(lost.isLost, false);
});

test('it is one again after a click, and after the answer that took the field away', () => {
  writeIntoOneThatGoes();
  new FakeField('body').happens('pointerdown');
  assert.equal(lost.isLost, false);

  writeIntoOneThatGoes();
  lost.forget();
  assert.equal(lost.isLost, false);
});

test('a card that goes takes nobody a sentence away', () => {
  const card = new FakeField('request-card');
  card.happens('focusin');
  card.remove();
  assert.equal(lost.isLost, false);
});
