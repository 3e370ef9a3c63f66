import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ApiError} from '../../src/client/http.js';
import {MemoryStorage} from '../support/browser.js';

globalThis.localStorage = new MemoryStorage();
globalThis.document = {documentElement: {}};
Object.defineProperty(globalThis, 'navigator', {value: {languages: ['en']}, configurable: true});
const {FormSubmission} = await import('../../src/ui/form-submission.js');

const host = /** @type {any} */ ({addController() {}, requestUpdate() {}});

test('the same content is sent with the same key and time until its fate is known', async ({mock}) => {
  mock.timers.enable({apis: ['Date'], now: 1_000});
  const submission = new FormSubmission(host);
  /** @type {[string, number][]} */
  const sent = [];
  const send = (/** @type {string} */ name, /** @type {boolean} */ lost) =>
    submission.run(
      async (key, time) => {
        sent.push([key, time]);
        mock.timers.tick(500);
        if (lost) throw new ApiError(0, {code: 'unreachable'});
      },
      {name},
    );

  assert.equal(await send('Ada', true), false);
  assert.equal(await send('Ada', false), true);
  assert.equal(await send('Ada', true), false);
  assert.equal(await send('Grace', false), true);

  const [first, repeated, second, other] = sent;
  assert.deepEqual(repeated, first, 'a repeated press');
  assert.notEqual(second[0], first[0], 'after it was done');
  assert.equal(second[1], 2_000);
  assert.notEqual(other[0], second[0], 'other content');
});
