import assert from 'node:assert/strict';
import {beforeEach, mock, test} from 'node:test';
import {SharedClient} from '../../src/client/shared-client.js';
import {FakeBrowser, emptySnapshot, fakeSockets, pass, settle} from '../support/browser.js';

const note = (seq) => ({type: 'notification', seq});

let browser;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({apis: ['setTimeout', 'setInterval', 'Date'], now: 1_000_000});
  browser = new FakeBrowser();
});

/** A tab with its client, started: what it was told and the sockets that it opened. */
async function open(options = {}) {
  const tab = browser.tab();
  const sockets = fakeSockets();
  const client = new SharedClient({
    url: 'ws://test/ws',
    userId: 1,
    WebSocket: sockets.WebSocket,
    random: () => 1,
    locks: tab.locks,
    snapshot: () => ({...emptySnapshot(), unread_notifications: 3}),
    sessionEnded: () => Promise.reject(new Error('unreachable')),
    ...options,
  });
  const received = [];
  const notes = [];
  client.addEventListener('message', ({detail}) => received.push(detail.type === 'notification' ? detail.seq : detail.type));
  client.addEventListener('note', ({detail}) => notes.push(detail));
  tab.as(() => client.start());
  await settle();
  return {tab, sockets, client, received, notes};
}

async function openLeader(seq = 4) {
  const leader = await open();
  leader.sockets.newest.greet({seq});
  await settle();
  return leader;
}

async function receive(leader, message) {
  leader.sockets.newest.receive(message);
  await settle();
}

test('the first tab has the connection, the others have what it hears', async () => {
  const leader = await openLeader();
  const other = await open();
  await receive(leader, note(5));
  await receive(leader, note(6));

  assert.equal(leader.client.leads, true);
  assert.equal(other.client.leads, false);
  assert.equal(other.sockets.connections.length, 0);
  assert.deepEqual(other.received, ['initial_data', 5, 6]);
  assert.deepEqual(other.client.status, {state: 'live', retryAt: null});
  assert.deepEqual(other.client.position, {epoch: 'e1', seq: 6});
});

test('a tab that comes before there is anything to give gets the snapshot when it is there', async () => {
  const leader = await open();
  const other = await open();
  assert.deepEqual(other.received, []);
  leader.sockets.newest.greet({seq: 4});
  await settle();

  assert.deepEqual(other.received, ['initial_data']);
});

test('when the leader is closed the next tab resumes where it stands itself', async () => {
  const leader = await openLeader();
  const other = await open();
  await receive(leader, note(5));
  leader.tab.close();
  await settle();

  assert.equal(other.client.leads, true);
  assert.equal(other.sockets.newest.since, 'e1:5');
});

test('only one of the waiting tabs takes the lead', async () => {
  const leader = await openLeader();
  const [second, third] = [await open(), await open()];
  leader.client.stop();
  await settle();

  assert.deepEqual([second.client.leads, third.client.leads], [true, false]);
  second.client.stop();
  await settle();
  assert.equal(third.client.leads, true);
});

test('a leader that hangs loses the lead, and finds out when it wakes', async () => {
  const leader = await openLeader();
  const other = await open();
  leader.tab.isFrozen = true;
  await pass(20_000); // the next time the state is asked for
  assert.equal(other.client.leads, false);
  await pass(4_000);
  assert.equal(other.client.leads, true);
  assert.equal(other.sockets.newest.since, 'e1:4');

  leader.tab.isFrozen = false;
  await settle();
  assert.equal(leader.client.leads, false);
  assert.equal(leader.sockets.newest.isClosed, true);
});

test('a leader that answers keeps the lead', async () => {
  const leader = await openLeader();
  const other = await open();
  for (let i = 0; i < 10; i++) {
    await pass(20_000);
    leader.sockets.newest.receive({type: 'pong'});
  }

  assert.deepEqual([leader.client.leads, other.client.leads], [true, false]);
});

test('a tab that has missed messages gets them, each once', async () => {
  const leader = await openLeader();
  const other = await open();
  other.tab.isFrozen = true;
  await receive(leader, note(5));
  await receive(leader, note(6));
  other.tab.isFrozen = false;
  await receive(leader, note(7));

  assert.deepEqual(other.received, ['initial_data', 5, 6, 7]);
});

test('a tab that has missed more than is kept gets a snapshot', async () => {
  const leader = await openLeader(0);
  const other = await open();
  other.tab.isFrozen = true;
  for (let seq = 1; seq <= 300; seq++) leader.sockets.newest.receive(note(seq));
  await settle();
  other.tab.isFrozen = false;
  await receive(leader, note(301));

  assert.deepEqual(other.received, ['initial_data', 'initial_data']);
  assert.deepEqual(other.client.position, {epoch: 'e1', seq: 301});
});

test('messages that are told twice are applied once', async () => {
  const leader = await openLeader();
  const other = await open();
  const channel = new (browser.channelFor(leader.tab))(leader.client.name);
  for (let i = 0; i < 3; i++) channel.postMessage({kind: 'message', epoch: 'e1', message: note(5)});
  await settle();

  assert.deepEqual(other.received, ['initial_data', 5]);
});

test('a new epoch reaches all tabs as a snapshot', async () => {
  const leader = await openLeader(40);
  const other = await open();
  leader.client.refresh();
  leader.sockets.newest.greet({epoch: 'e2', seq: 2});
  await settle();
  await receive(leader, note(3));

  assert.deepEqual(other.received, ['initial_data', 'initial_data', 3]);
  assert.deepEqual(other.client.position, {epoch: 'e2', seq: 3});
});

test('all tabs show the state of the one connection', async () => {
  const leader = await openLeader();
  const other = await open();
  leader.sockets.newest.cut();
  await settle();
  assert.equal(other.client.status.state, 'offline');
  await pass(500);
  leader.sockets.newest.open();
  leader.sockets.newest.receive({type: 'resumed', epoch: 'e1', seq: 4});
  await settle();

  assert.equal(other.client.status.state, 'live');
});

test("a click in any tab has the leader's connection tried at once", async () => {
  const leader = await openLeader();
  const other = await open();
  leader.sockets.newest.cut();
  await settle();
  other.client.wake();
  await settle();

  assert.equal(leader.sockets.connections.length, 2);
});

test('what a tab says in passing goes through the leader', async () => {
  const leader = await openLeader();
  const other = await open();
  other.client.sendTransient({type: 'answering', book_request_id: 7});
  await settle();

  assert.deepEqual(leader.sockets.newest.sent, [{type: 'answering', book_request_id: 7}]);
});

test('a note is shared with the other tabs', async () => {
  const [leader, other] = [await openLeader(), await open()];
  other.client.share({read: [1]});
  await settle();

  assert.deepEqual(leader.notes, [{read: [1]}]);
  assert.deepEqual(other.notes, []);
});

test('a sign-out ends all tabs', async () => {
  const leader = await openLeader();
  const other = await open();
  other.client.announceSignOut();
  await settle();

  assert.equal(leader.client.status.state, 'signed-out');
});

test('another user in the same browser has a connection of their own', async () => {
  await openLeader();
  const other = await open({userId: 2});

  assert.equal(other.client.leads, true);
});

test('without locks each tab has a connection of its own', async () => {
  await openLeader();
  const other = await open({locks: null});

  assert.equal(other.client.leads, true);
});

test('where the browser refuses locks after all, each tab has a connection of its own', async () => {
  const refusing = {request: () => Promise.reject(new DOMException('not here', 'SecurityError'))};
  const tab = await open({locks: refusing});

  assert.equal(tab.client.leads, true);
});

test('a client that was stopped goes on from where it was', async () => {
  const leader = await openLeader();
  await receive(leader, note(5));
  leader.client.stop();
  await settle();
  assert.equal(leader.client.status.state, 'offline');
  leader.tab.as(() => leader.client.start());
  await settle();

  assert.equal(leader.client.leads, true);
  assert.equal(leader.sockets.newest.since, 'e1:5');
});
