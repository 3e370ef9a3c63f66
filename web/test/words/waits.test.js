import assert from 'node:assert/strict';
import {test} from 'node:test';
import {installPage} from '../support/page.js';

installPage();
await import('../../src/words/later.js');
const {errorText} = await import('../../src/ui/error-text.js');
const {Http} = await import('../../src/client/http.js');

/** What the page says where the server refuses a call for so long. @param {string} code @param {string} seconds */
async function said(code, seconds) {
  const headers = {'Content-Type': 'application/problem+json', 'Retry-After': seconds};
  const http = new Http({base: '', fetch: async () => new Response(JSON.stringify({code, detail: 'Wait.'}), {status: 429, headers})});
  return errorText(await http.post('/api/invitations/mail', {}).catch((/** @type {any} */ error) => error));
}

test('a limit says how long it lasts, where that is longer than a minute', async () => {
  assert.equal(await said('rate_limited', '40'), 'That was too fast. Try again in a minute.');
  assert.equal(await said('rate_limited', '1501'), 'You’ve reached the limit for now. Try again in 26 minutes.');
  assert.equal(await said('rate_limited', '18000'), 'You’ve reached the limit for now. Try again in 5 hours.');
  assert.equal(await said('too_many_logins', '600'), 'Too many wrong passwords for this account. Try again in 10 minutes.');
});
