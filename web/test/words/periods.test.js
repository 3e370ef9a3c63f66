import assert from 'node:assert/strict';
import {test} from 'node:test';
import {installPage} from '../support/page.js';

installPage();
const {tierTerms} = await import('../../src/supporter/tier-terms.js');
const {allowanceRule} = await import('../../src/quota/quota-text.js');
const {monthOf} = await import('../../src/words/time-text.js');

const terms = (requests_allowed, days) => tierTerms({requests_allowed, period: 'rolling', days});

test('one day is one day, and so is one request', () => {
  assert.equal(terms(1, 1), '1 request in 1 day');
  assert.equal(terms(2, 1), '2 requests in 1 day');
  assert.equal(terms(1, 30), '1 request in 30 days');

  const quota = {period: 'rolling', allowed: 2, used: 0, remaining: 2, resets_at: '2026-03-01T00:00:00Z'};
  assert.match(allowanceRule({...quota, days: 1}), /^Each request counts for 1 day\. /);
  assert.match(allowanceRule({...quota, days: 7}), /^Each request counts for 7 days\. /);
});

test("a month is that of the creator's time zone", () => {
  assert.equal(monthOf('2026-01-31T23:30:00Z', 'Asia/Tokyo'), '2026-02');
  assert.equal(monthOf('2026-02-01T03:00:00Z', 'America/New_York'), '2026-01');
  assert.equal(monthOf('2026-02-01T03:00:00Z', 'UTC'), '2026-02');
});
