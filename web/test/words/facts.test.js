import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {Worker} from 'node:worker_threads';

const LANGUAGES = ['en', 'de', 'fr', 'es', 'ar', 'ja'];
const SERVER = new URL('../../../server/src/main/java/io/bookbell/server/', import.meta.url);

const of = (title) => ({title});
const member = {member_id: 10, member_name: 'Grace'};
const reader = {name: 'Reader', requests_allowed: 5, period: 'month', changes: []};

/** One of every kind, or several where a kind has several sentences, with words that its sentence must have. */
const ACTIVITIES = [
  {kind: 'request_created', book_request_id: 7, details: of('Kindred'), said: ['Kindred']},
  {kind: 'request_approved', book_request_id: 7, details: of('Kindred'), said: ['Kindred']},
  {kind: 'request_rejected', book_request_id: 7, details: of('Kindred'), said: ['Kindred']},
  {kind: 'request_completed', book_request_id: 7, details: of('Kindred'), said: ['Kindred']},
  {kind: 'request_cancelled', book_request_id: 7, details: of('Kindred'), said: ['Kindred']},
  {kind: 'reply_added', book_request_id: 7, details: of('Kindred'), said: ['Kindred']},
  changed({field: 'name', old: 'Before', new: 'After'}, ['Before', 'After']),
  changed({field: 'name', new: 'After'}, ['After']),
  changed({field: 'accepting', old: true, new: false}),
  changed({field: 'accepting', old: false, new: true}),
  changed({field: 'notice', old: '', new: 'Back on Monday'}, ['Back on Monday']),
  changed({field: 'notice', old: 'Back on Monday', new: ''}),
  changed({field: 'rules', old: false, new: true}),
  changed({field: 'rules', old: true, new: false}),
  changed({field: 'shows_asked', old: false, new: true}),
  changed({field: 'shows_asked', old: true, new: false}),
  changed({field: 'self_service', old: false, new: true}),
  changed({field: 'self_service', old: true, new: false}),
  changed({field: 'colour'}),
  changed({field: 'colour', old: '#7a3b2e', new: ''}),
  changed({field: 'picture', old: false, new: true}),
  changed({field: 'picture', old: true, new: false}),
  {kind: 'tier_created', details: reader, said: ['Reader', '5']},
  {kind: 'tier_changed', details: reader, said: ['Reader', '5']},
  {kind: 'tier_changed', details: {...reader, changes: [{field: 'name', old: 'Friend', new: 'Reader'}]}, said: ['Friend', 'Reader']},
  {kind: 'tier_changed', details: {...reader, changes: [{field: 'requests_allowed', old: 3, new: 5}]}, said: ['Reader', '5']},
  {kind: 'tier_changed', details: {...reader, changes: [{field: 'period', old: 'none', new: 'month'}]}, said: ['Reader', '5']},
  {kind: 'supporter_joined', details: {supporter_id: 1, supporter_name: 'Ada', tier: 'Reader'}, said: ['Reader']},
  {kind: 'supporter_joined', details: {supporter_name: 'Ada'}, said: []},
  {kind: 'supporter_joined', details: {supporter_name: 'Lovelace'}, said: ['Lovelace']},
  {kind: 'supporter_left', details: {supporter_id: 1, supporter_name: 'Ada', tier: 'Reader'}, said: []},
  {kind: 'supporter_tier_changed', details: {supporter_name: 'Amara', old_tier: 'Friend', new_tier: 'Reader'}, said: ['Amara', 'Friend', 'Reader']},
  {kind: 'supporter_tier_changed', details: {supporter_name: 'Amara', new_tier: 'Reader'}, said: ['Amara', 'Reader']},
  {
    kind: 'supporter_tier_followed',
    details: {supporter_id: 1, supporter_name: 'Amara', old_tier: 'Friend', new_tier: 'Reader', source: 'patreon'},
    said: ['Patreon', 'Friend', 'Reader'],
  },
  {kind: 'source_connected', details: {source: 'patreon'}, said: ['Patreon']},
  {kind: 'source_disconnected', details: {source: 'kofi'}, said: ['Ko-fi']},
  {kind: 'source_failed', details: {source: 'patreon'}, said: ['Patreon']},
  {kind: 'quota_granted', details: {supporter_name: 'Amara', amount: 2, reason: 'Birthday'}, said: ['Amara', '+2', 'Birthday']},
  {kind: 'invitation_created', details: {role: 'supporter', uses: 1, tier: 'Reader'}, said: []},
  {kind: 'invitation_created', details: {role: 'team', uses: 1}, said: []},
  {kind: 'invitation_revoked', details: {}, said: []},
  {kind: 'invitations_ended', details: {member_id: 4, member_name: 'Grace', amount: 1}, said: ['Grace']},
  {kind: 'invitations_ended', details: {member_name: 'Grace', amount: 13}, said: ['Grace', '13']},
  {kind: 'team_member_added', details: member, said: ['Grace']},
  {kind: 'team_member_activated', details: member, said: ['Grace']},
  {kind: 'team_member_deactivated', details: member, said: ['Grace']},
  {kind: 'team_member_removed', details: member, said: ['Grace']},
  {kind: 'request_created', book_request_id: 7, details: {title: 'Kindred', supporter_id: 2, supporter_name: 'Amara'}, said: ['Kindred', 'Amara']},
  changed({field: 'time_zone', old: 'UTC', new: 'Asia/Tokyo'}, ['Asia/Tokyo']),
  {kind: 'tier_created', details: {...reader, requests_allowed: undefined}, said: ['Reader']},
  {kind: 'tier_created', details: {...reader, period: 'week'}, said: ['Reader', '5']},
  {kind: 'tier_created', details: {...reader, period: 'rolling', days: 30}, said: ['Reader', '5', '30']},
  {kind: 'tier_deleted', details: {name: 'Reader'}, said: ['Reader']},
  {kind: 'tier_deleted', details: {name: 'Reader', new_tier: 'Friend'}, said: ['Reader', 'Friend']},
  {kind: 'supporter_removed', details: {supporter_id: 1, supporter_name: 'Amara', tier: 'Reader'}, said: ['Amara']},
  {kind: 'supporter_blocked', details: {supporter_id: 1, supporter_name: 'Amara'}, said: ['Amara']},
  {kind: 'supporter_unblocked', details: {supporter_id: 1, supporter_name: 'Amara'}, said: ['Amara']},
  {kind: 'supporter_restored', details: {supporter_id: 1, supporter_name: 'Amara', tier: 'Reader'}, said: ['Amara']},
  {kind: 'tier_changed', details: {...reader, period: 'rolling', days: 7, changes: [{field: 'days', old: 30, new: 7}]}, said: ['Reader', '7']},
  {kind: 'tier_changed', details: {...reader, changes: [{field: 'most_open', old: '', new: 2}]}, said: ['Reader']},
  {kind: 'tier_changed', details: {...reader, changes: [{field: 'auto_approve', old: false, new: true}]}, said: ['Reader']},
  {kind: 'supporters_imported', details: {added: 31, moved: 12}, said: ['31', '12']},
  {kind: 'allowance_changed', details: {supporter_id: 1, supporter_name: 'Amara', allowance: 7}, said: ['Amara', '7']},
  {kind: 'allowance_changed', details: {supporter_id: 1, supporter_name: 'Amara'}, said: ['Amara']},
  {kind: 'account_taken_over', details: member, said: ['Grace']},
  {kind: 'team_role_changed', details: {...member, role: 'people'}, said: ['Grace']},
  {kind: 'text', details: {kind: 'of_old', text: 'Something else'}, said: ['Something else']},
].map((activity, id) => ({id, actor_name: 'Ada', detail: 'English', ...activity}));

const NOTIFICATIONS = [
  {kind: 'request_created_for_you', details: {title: 'Kindred', actor_id: 3, actor_name: 'Kofi'}, said: ['Kofi', 'Kindred']},
  {kind: 'request_created', details: {title: 'Kindred', supporter_id: 2, supporter_name: 'Amara'}, said: ['Amara', 'Kindred']},
  {kind: 'request_approved', details: of('Kindred'), said: ['Kindred']},
  {kind: 'request_rejected', details: of('Kindred'), said: ['Kindred']},
  {kind: 'request_completed', details: of('Kindred'), said: ['Kindred']},
  {kind: 'requests_approved', details: {title: 'Kindred', count: 3}, said: ['Kindred']},
  {kind: 'requests_rejected', details: {title: 'Kindred', count: 3}, said: ['Kindred']},
  {kind: 'requests_completed', details: {title: 'Kindred', count: 3}, said: ['Kindred']},
  {kind: 'reply_added', details: {title: 'Kindred', actor_id: 2, actor_name: 'Amara'}, said: ['Amara', 'Kindred']},
  {kind: 'followed_request_approved', details: of('Kindred'), said: ['Kindred']},
  {kind: 'followed_request_rejected', details: of('Kindred'), said: ['Kindred']},
  {kind: 'followed_request_completed', details: of('Kindred'), said: ['Kindred']},
  {kind: 'followed_request_cancelled', details: of('Kindred'), said: ['Kindred']},
  {kind: 'source_failed', details: {actor_name: 'Patreon'}, said: ['Patreon']},
  {kind: 'text', details: {kind: 'of_old', text: 'Something else'}, said: ['Something else']},
].map((notification, id) => ({id, text: 'English', ...notification}));

function changed(change, said = []) {
  return {kind: 'creator_changed', details: {changes: [change]}, said};
}

/** The constants of a Java enum, in the form that they have in the API. */
function serverEnum(file, name) {
  const [, body] = readFileSync(new URL(file, SERVER), 'utf8').split(`enum ${name} {`);
  const [constants] = body.replace(/\/\*\*[^]*?\*\//g, '').split(';');
  return [...constants.matchAll(/^\s*([A-Z_]+)\b/gm)].map(([, constant]) => constant.toLowerCase());
}

async function inWords(language, given) {
  const worker = new Worker(new URL('../support/sentence-worker.js', import.meta.url), {
    workerData: {language, activities: ACTIVITIES, notifications: NOTIFICATIONS, ...given},
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

const english = inWords('en');

test('there is an example of every kind and of every field that the server has', () => {
  const fields = ACTIVITIES.flatMap(({details}) => details.changes ?? []).map(({field}) => field);

  assert.deepEqual(new Set(ACTIVITIES.map(({kind}) => kind)), new Set(serverEnum('activity/ActivityKind.java', 'ActivityKind')));
  assert.deepEqual(new Set(NOTIFICATIONS.map(({kind}) => kind)), new Set(serverEnum('notification/NotificationKind.java', 'NotificationKind')));
  assert.deepEqual(new Set(fields), new Set(serverEnum('activity/FieldChange.java', 'ChangedField')));
});

for (const language of LANGUAGES) {
  test(`every kind has a sentence in ${language}`, async () => {
    const texts = await inWords(language);

    assert.deepEqual(texts.missing, []);
    for (const [index, {kind, details, said}] of ACTIVITIES.entries()) {
      const text = texts.activities[index];
      const about = `${kind} ${JSON.stringify(details)}: ${text}`;
      for (const word of ['Ada', ...said]) assert.ok(text.includes(word), about);
      assert.doesNotMatch(text, /English|undefined|null|\[object|\{/, about);
      if (language !== 'en' && kind !== 'text') assert.notEqual(text, (await english).activities[index]);
    }
    for (const [index, {kind, said}] of NOTIFICATIONS.entries()) {
      const text = texts.notifications[index];
      for (const word of said) assert.ok(text.includes(word), `${kind}: ${text}`);
      assert.doesNotMatch(text, /English|undefined|null|\{/, kind);
      if (language !== 'en' && kind !== 'text') assert.notEqual(text, (await english).notifications[index]);
    }
  });
}

test('every changed field is told, each with its old and new value', async () => {
  const changes = [
    {field: 'name', old: 'Before', new: 'After'},
    {field: 'colour', old: '', new: '#7a3b2e'},
    {field: 'notice', old: '', new: 'Hello'},
  ];
  const tier = {name: 'Reader', requests_allowed: 5, period: 'month'};
  const terms = [
    {field: 'name', old: 'Friend', new: 'Reader'},
    {field: 'requests_allowed', old: 3, new: 5},
    {field: 'period', old: 'none', new: 'month'},
  ];
  const given = [
    {kind: 'creator_changed', details: {changes}},
    {kind: 'tier_changed', details: {...tier, changes: terms}},
  ].map((activity) => ({...activity, actor_name: 'Ada'}));

  const {activities} = await inWords('en', {activities: given});

  assert.deepEqual(activities, [
    'Ada changed the name from Before to After\nAda changed the colour\nAda published a notice: Hello',
    'Ada renamed the tier Friend to Reader\nAda changed the tier Reader from 3 requests in total to 5 requests per month',
  ]);
});

test('what only a newer server knows, and a message from before there were details, reads as the server wrote it', async () => {
  const texts = await inWords('de', {
    activities: [
      {kind: 'shelf_painted', actor_name: 'Ada', details: {}, detail: 'Painted the shelf'},
      {kind: 'creator_changed', actor_name: 'Ada', details: {changes: [{field: 'motto', new: 'Read on'}]}, detail: 'Motto'},
    ],
    notifications: [
      {kind: 'shelf_painted', details: {}, text: 'The shelf was painted'},
      {kind: 'request_approved', title: 'Kindred', text: '“Kindred” was approved'},
    ],
  });

  assert.deepEqual(texts.activities, ['Ada: Painted the shelf', 'Ada hat die Einstellungen geändert']);
  assert.deepEqual(texts.notifications, ['The shelf was painted', '“Kindred” was approved']);
});
