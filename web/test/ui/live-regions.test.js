import assert from 'node:assert/strict';
import {readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {html} from 'lit';
import {markup} from '../support/markup.js';
import {installPage} from '../support/page.js';

installPage();
const {formError} = await import('../../src/ui/form-field.js');
const {listFooter} = await import('../../src/ui/list-footer.js');
const {PagedList} = await import('../../src/ui/paged-list.js');

const SOURCES = fileURLToPath(new URL('../../src', import.meta.url));
/** A region that a condition brings into the document. */
const CONDITIONAL = /(?:\?|&&|=>)\s*html`<\w+[^>]*\brole="(?:status|alert)"/g;

/** Parts of what a view shows when it's opened, which is read anyway. */
const THERE_FROM_THE_BEGINNING = ['account/sign-in.js', 'membership/kofi-settings.js', 'membership/patreon-settings.js', 'news/news-settings.js'];

test('where errors will be told, there is a place that is read out, before there are any', () => {
  assert.match(markup(formError('')), /role="\s*alert"|role=/);
  assert.doesNotMatch(markup(formError('')), /form-error/);
  assert.match(markup(formError('It was refused.')), /form-error/);

  const list = new PagedList(/** @type {any} */ ({addController() {}, requestUpdate() {}}), async () => ({items: []}));
  assert.match(markup(listFooter(list, html``)), /role=/);
});

test('no place that is read out comes together with its words', () => {
  const files = readdirSync(SOURCES, {recursive: true}).map(String);
  const found = files
    .filter((file) => file.endsWith('.js') && !THERE_FROM_THE_BEGINNING.includes(file))
    .flatMap((file) => [...readFileSync(join(SOURCES, file), 'utf8').matchAll(CONDITIONAL)].map(([text]) => `${file}: ${text}`))
    .filter((one) => !one.startsWith('ui/base-elements.js'));
  assert.deepEqual(found, []);
});
