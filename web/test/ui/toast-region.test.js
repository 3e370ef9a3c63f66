import assert from 'node:assert/strict';
import {afterEach, beforeEach, mock, test} from 'node:test';
import {installPage} from '../support/page.js';

installPage();
const {ToastRegion} = await import('../../src/ui/toast-region.js');

const texts = ({toasts}) => toasts.map(({text}) => text);

beforeEach(() => mock.timers.enable({apis: ['setTimeout']}));
afterEach(() => mock.timers.reset());

test('of passing messages the last three are shown, and one to be acted on stays', () => {
  const region = new ToastRegion();
  region.show({text: 'A newer version is there.', act() {}});
  for (const text of ['one', 'two', 'three', 'four']) region.show({text});

  assert.deepEqual(texts(region), ['A newer version is there.', 'two', 'three', 'four']);

  mock.timers.tick(6_000);
  assert.deepEqual(texts(region), ['A newer version is there.']);
});
