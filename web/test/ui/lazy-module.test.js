import assert from 'node:assert/strict';
import {mock, test} from 'node:test';
import {pass, settle} from '../support/browser.js';
import {installPage} from '../support/page.js';

installPage();
const {lazyModule} = await import('../../src/ui/base-elements.js');

test('a module that did not come is asked for again until it comes', async () => {
  mock.timers.enable({apis: ['setTimeout']});
  let asked = 0;
  const load = lazyModule(async () => {
    asked++;
    if (asked < 3) throw new Error('No network');
  });

  load();
  load();
  await settle();
  assert.equal(asked, 1);
  await pass(5_000);
  await pass(5_000);
  assert.equal(asked, 3);
  await pass(60_000);
  load();
  assert.equal(asked, 3);
  mock.timers.reset();
});
