import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {settle} from '../support/browser.js';
import {DesktopNotifications} from '../../src/alert/desktop-notifications.js';

let focused;
let listeners;
let held;

/** Shared locks, which are granted a little later. */
const locks = {
  async request(_name, {signal}, callback) {
    await undefined;
    if (signal?.aborted) throw signal.reason;
    held++;
    await callback();
    held--;
  },
};

beforeEach(() => {
  held = 0;
  focused = false;
  listeners = new EventTarget();
  globalThis.addEventListener = listeners.addEventListener.bind(listeners);
  globalThis.document = {hasFocus: () => focused};
  Object.defineProperty(globalThis, 'navigator', {value: {locks}, configurable: true});
});

function focusTab(on) {
  focused = on;
  listeners.dispatchEvent(new Event(on ? 'focus' : 'blur'));
}

test('a tab that has the focus holds its lock until it has lost it, however often it changes hands', async () => {
  new DesktopNotifications({me: {user: {id: 1}}}, () => {});
  for (const on of [true, false, true]) focusTab(on);
  await settle();
  assert.equal(held, 1);
  focusTab(false);
  await settle();

  assert.equal(held, 0);
});
