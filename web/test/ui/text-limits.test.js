import assert from 'node:assert/strict';
import {test} from 'node:test';
import {MemoryStorage} from '../support/browser.js';

globalThis.localStorage = new MemoryStorage();
globalThis.document = {documentElement: {}, createTreeWalker() {}, createComment() {}};
Object.defineProperty(globalThis, 'navigator', {value: {languages: ['en']}, configurable: true});
const {truncateSearch} = await import('../../src/ui/text-limits.js');

const LONGEST_ADDRESS = 8192;

const addressOf = (q) => `/books/api/book-requests/asked?${new URLSearchParams({creator_id: '9007199254740991', q})}`;

test('a short text is looked up as it is', () => {
  for (const text of ['', 'Kindred', 'ガラスの動物園', '👩‍👩‍👧‍👦'.repeat(50)]) assert.equal(truncateSearch(text), text);
});

test('of a long text the first 200 characters are looked up', () => {
  assert.equal(truncateSearch('a'.repeat(300)), 'a'.repeat(200));
  assert.equal(truncateSearch('é'.repeat(300)), 'é'.repeat(200));
  assert.equal(truncateSearch('🇩🇪'.repeat(300)), '🇩🇪'.repeat(200));
});

test('what is looked up fits into an address, in whole characters', () => {
  for (const character of ['👩‍👩‍👧‍👦', '👨🏾‍❤️‍💋‍👨🏻', 'z̴̡̨̢̛̛̗̖̝̘̙̲̦̲̦̮̬̦̞̑̾', '日']) {
    const sought = truncateSearch(character.repeat(300));
    assert.ok(addressOf(sought).length < LONGEST_ADDRESS, character);
    assert.ok(sought.length > 0 && sought.replaceAll(character, '') === '', character);
  }
});
