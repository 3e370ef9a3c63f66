import assert from 'node:assert/strict';
import {test} from 'node:test';
import {answerToSend, expectedStatusHeader, readAccess} from '../../src/client/session.js';

test('another role on a team is another access', async () => {
  const role = (name) => ({admin_of: [{creator_id: 1, role: name}, {creator_id: 3}], memberships: [{creator_id: 2}]});
  const adopted = [];
  const session = {me: role('requests'), api: {me: async () => role('people')}, adoptMe: (me) => adopted.push(me)};
  assert.equal(await readAccess(session), true);
  assert.deepEqual(adopted, [role('people')]);
  session.me = role('people');
  assert.equal(await readAccess(session), false);
});

test('an answer names the status that its requests had, if it was the same for all that are sent', () => {
  const named = {'Bookbell-Expected-Status': 'pending'};
  assert.deepEqual(expectedStatusHeader({ids: [1], from: {1: 'pending'}}), named);
  assert.deepEqual(expectedStatusHeader({ids: [1, 2], from: {1: 'pending', 2: 'pending'}}), named);
  assert.deepEqual(expectedStatusHeader({ids: [1, 2], from: {1: 'pending', 2: 'approved'}}), {});
  assert.deepEqual(expectedStatusHeader({ids: [1, 2], from: {1: 'pending', 2: 'approved'}, overtaken: [2]}), named);
  assert.deepEqual(expectedStatusHeader({ids: [1]}), {}, 'an answer that was kept by an older page');
});

const answer = {status: 'approved'};
const allPending = {ids: [1, 2, 3], answer, from: {1: 'pending', 2: 'pending', 3: 'pending'}};
const mixed = {...allPending, from: {1: 'pending', 2: 'pending', 3: 'approved'}};
const statuses = (known) => (id) => known[id];

test('an answer leaves out what somebody else has changed', () => {
  const {overtaken, answered} = answerToSend({content: allPending}, statuses({1: 'pending', 2: 'rejected'}));
  assert.deepEqual([overtaken, answered], [[2], []]);
});

test('an attempt that named the expected status is repeated as it was, whatever is known by then', () => {
  for (const content of [allPending, {...allPending, overtaken: [2], answered: []}]) {
    assert.deepEqual(answerToSend({content, callKey: 'k'}, statuses({})), content, 'after a reload');
    assert.deepEqual(answerToSend({content, callKey: 'k'}, statuses({1: 'approved', 2: 'rejected'})), content);
  }
});

test('without an expected status, a repeated attempt leaves out what was changed, and what an earlier one left out', () => {
  const first = answerToSend({content: mixed, callKey: 'k'}, statuses({1: 'approved', 2: 'rejected', 3: 'approved'}));
  assert.deepEqual([first.overtaken, first.answered], [[2], [1]]);
  assert.deepEqual(answerToSend({content: first, callKey: 'k'}, statuses({})).overtaken, [2]);
  const nothingLeft = {...allPending, overtaken: [1, 2, 3], answered: []};
  assert.deepEqual(answerToSend({content: nothingLeft, callKey: 'k'}, statuses({})), nothingLeft);
});
