import assert from 'node:assert/strict';
import {test} from 'node:test';
import {html} from 'lit';
import {deferred} from '../support/browser.js';
import {markup} from '../support/markup.js';
import {installPage} from '../support/page.js';

installPage();
const {listFooter} = await import('../../src/ui/list-footer.js');
const {PagedList} = await import('../../src/ui/paged-list.js');

const host = /** @type {any} */ ({addController() {}, requestUpdate() {}});

test('an empty list that is read again shows what it showed, not what stands for the first answer', async () => {
  const answers = [deferred(), deferred()];
  let asked = 0;
  const list = new PagedList(host, () => answers[asked++].promise);
  assert.match(shown(list), /skeleton/, 'before the first reading');

  const first = list.load();
  assert.match(shown(list), /skeleton/, 'before the first answer');
  answers[0].resolve({items: []});
  await first;
  assert.match(shown(list), /list-empty/);

  const second = list.load();
  assert.match(shown(list), /list-empty/, 'while it is read again');
  assert.doesNotMatch(shown(list), /skeleton/);
  answers[1].reject(new Error('The server cannot be reached.'));
  await second;
  assert.match(shown(list), /list-retry/);
});

/** The markup below a list. @param {InstanceType<typeof PagedList>} list */
const shown = (list) => markup(listFooter(list, html`<p>Nobody is connected.</p>`));
