import assert from 'node:assert/strict';
import {readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {Worker} from 'node:worker_threads';

const SERVER = fileURLToPath(new URL('../../../server/src/main/java/io/bookbell/server', import.meta.url));

/** What the server finds wrong with the fields of forms, each with a part that its sources have as it is. */
const FAULTS = [
  ['must be an e-mail address'],
  ['must be one of day, week', 'must be one of '],
  ['must not contain broken Unicode'],
  ['must not contain the name or the e-mail address'],
  ['is too easy to guess'],
  ['is required'],
  ['must have 1 to 300 characters', ' characters'],
  ['must be an integer from 1 to 9', 'must be an integer from '],
  ['must have only ASCII letters, digits and symbols in front of the @, or no mail can be sent there'],
  ["must be the id of one of the creator's tiers"],
  ["must be the id of another one of the creator's tiers"],
  ['must be in the future'],
  ['must not be 0'],
  ['must differ from the current password'],
  ['must be a URL'],
  ['must be a URL such as https://host/path'],
  ['must have no user name, password or #fragment'],
  ['must be https://api.telegram.org/bot<token>/sendMessage?chat_id=<chat>'],
  ['must end in a topic, such as https://ntfy.sh/my_topic'],
  ['must not name {cover}; the places are {author}, {title}', 'must not name {%s}; the places are %s'],
  ['is required for supporters'],
  ['is only for supporters'],
  ['is only for the team'],
  ['is required for a rolling period'],
  ["has a tier that isn't one of the service's: 42", "has a tier that isn't one of the service's: "],
  ["must have tier_ids of the creator's tiers or null, but 7 is none", "must have tier_ids of the creator's tiers or null, but "],
  ['must have at most 12000 bytes in UTF-8', ' bytes in UTF-8'],
  ['must not stack that many marks on one character'],
  ['must be a time such as 22:00'],
  ['must differ from “from”'],
  ['is missing: the first line must name this column'],
  ["has a quotation mark that isn't closed, on line 12", "has a quotation mark that isn't closed, on line "],
  ['must be at most 1000; send the list in parts', '; send the list in parts'],
  ['email must be an e-mail address'],
  ['email is in the list twice'],
  ['email is your own: ask another admin'],
  ["tier must be the name of one of the creator's tiers"],
  [
    'must be at most 4,096 pixels wide and high, and at most 16 megapixels; it is 5000 × 10',
    'must be at most 4,096 pixels wide and high, and at most 16 megapixels; it is %d × %d',
  ],
  ['cannot be read as JPEG: its content is damaged', 'cannot be read as '],
];
const messages = FAULTS.map(([message]) => message);

/** @param {string} language @param {string[]} given @returns {Promise<{early: string[], later: string[]}>} */
function inWords(language, given = messages) {
  const worker = new Worker(new URL('../support/fault-worker.js', import.meta.url), {workerData: {language, messages: given}});
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

const asTheServerSays = (/** @type {string} */ message) => message.charAt(0).toUpperCase() + message.slice(1);

test('the server says every fault that is tested here', () => {
  const sources = readdirSync(SERVER, {recursive: true, encoding: 'utf8'})
    .filter((file) => file.endsWith('.java'))
    .map((file) => readFileSync(join(SERVER, file), 'utf8'))
    .join('\n');

  for (const [message, part = message] of FAULTS) assert.ok(sources.includes(part), part);
});

for (const language of ['en', 'de', 'fr', 'es', 'ar', 'ja']) {
  test(`every fault that somebody can meet in a form has a text in ${language}`, async () => {
    const {later} = await inWords(language);
    const english = (await inWords('en')).later;

    for (const [index, message] of messages.entries()) {
      assert.ok(!later[index].startsWith(asTheServerSays(message)), later[index]);
      assert.doesNotMatch(later[index], /^fault|undefined|\{/, message);
      if (language !== 'en') assert.notEqual(later[index], english[index]);
    }
  });
}

test('until the later texts are here, and where there is none, a fault reads as the server says it', async () => {
  const {early, later} = await inWords('de', ['must be a URL such as https://host/path', 'must be blue']);

  assert.deepEqual(early, ['Must be a URL such as https://host/path.', 'Must be blue.']);
  assert.deepEqual(later, ['Gib eine vollständige URL ein, die mit https:// beginnt.', 'Must be blue.']);
});
