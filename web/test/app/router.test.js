import assert from 'node:assert/strict';
import {test} from 'node:test';

globalThis.addEventListener = () => {};
globalThis.scrollY = 0;
globalThis.document = {addEventListener() {}, baseURI: 'https://books.example/', querySelector: () => null};
globalThis.location = {pathname: '/', search: ''};
const entries = ['/'];
const show = (address) =>
  Object.assign(globalThis.location, {pathname: address.split('?')[0], search: address.includes('?') ? `?${address.split('?')[1]}` : ''});
globalThis.history = {
  pushState(state, title, address) {
    entries.push(address);
    show(address);
  },
  replaceState(state, title, address) {
    entries.splice(-1, 1, address);
    show(address);
  },
};
const {Router} = await import('../../src/app/router.js');

test('an address that is gone to again has one entry in the history', () => {
  let changes = 0;
  const router = new Router(() => changes++);
  router.go('/creators/1/inbox');
  router.go('/creators/1/inbox');
  router.go('/creators/1/inbox?q=dune');
  router.go('/creators/1/inbox?q=dune');
  router.go('/creators/1/inbox');

  assert.deepEqual(entries, ['/', '/creators/1/inbox', '/creators/1/inbox?q=dune', '/creators/1/inbox']);
  assert.equal(changes, 5);
});
