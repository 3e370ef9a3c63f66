import assert from 'node:assert/strict';
import {beforeEach, describe, test} from 'node:test';
import {RequestList} from '../../src/client/request-list.js';
import {Store} from '../../src/client/store.js';
import {InboxList} from '../../src/team-inbox/inbox-list.js';
import {PagedList} from '../../src/ui/paged-list.js';

/** Each page has one item, with its number as its id; the cursor of the next page is its number, counted down from 9. */
let asked;
let failing;

async function page(cursor) {
  asked.push(cursor);
  if (failing) throw new Error('unreachable');
  const id = Number(cursor ?? 9);
  return {
    items: [{id, creator_id: 1, status: 'pending', title: 'Emma', author: 'Austen', replies: [], updated_at: '2026-01-01T00:00:00Z'}],
    next_cursor: String(id - 1),
  };
}

beforeEach(() => {
  asked = [];
  failing = false;
});

const session = () => ({ready: Promise.resolve(), store: new Store(), api: {bookRequests: ({cursor}) => page(cursor)}});

const lists = {
  'of the inbox': () => {
    const list = new InboxList(
      session(),
      {creatorId: 1, status: '', q: '', userId: 0, sort: 'newest'},
      () => undefined,
      () => {},
    );
    return {list, ids: () => list.ids, load: () => list.load(), more: () => list.loadMore()};
  },
  'of requests': () => {
    const list = new RequestList(session(), {creatorId: 1}, () => {});
    return {list, ids: () => list.items().map(({id}) => id), load: () => list.load(), more: () => list.loadMore()};
  },
  'of anything else': () => {
    const list = new PagedList({addController() {}, requestUpdate() {}}, page);
    return {list, ids: () => list.items.map(({id}) => id), load: () => list.load(), more: () => list.more()};
  },
};

for (const [which, make] of Object.entries(lists))
  describe(`a list ${which}`, () => {
    test('that could not be read again reads all of it at the next try', async () => {
      const {list, load, more} = make();
      await load();
      await more();
      failing = true;
      await load();
      failing = false;
      asked = [];
      await list.retry();

      assert.equal(asked[0] ?? null, null);
      assert.equal(list.error, null);
    });

    test('that could not read on reads on at the next try, and keeps what it has', async () => {
      const {list, ids, load, more} = make();
      await load();
      failing = true;
      await more();
      failing = false;
      asked = [];
      await list.retry();

      assert.deepEqual(asked, ['8']);
      assert.deepEqual(ids(), [9, 8]);
    });
  });
