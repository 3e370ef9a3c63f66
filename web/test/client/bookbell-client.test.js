import assert from 'node:assert/strict';
import {beforeEach, describe, mock, test} from 'node:test';
import {BookbellClient} from '../../src/client/bookbell-client.js';
import {fakeSockets, pass, settle} from '../support/browser.js';

const BEGIN = 1_000_000;
const away = () => Promise.reject(new Error('unreachable'));

let sockets;
let client;
let received;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({apis: ['setTimeout', 'setInterval', 'Date'], now: BEGIN});
});

/** @param {object} [options] of the client; by default the server doesn't answer otherwise either */
function start(options = {}) {
  sockets = fakeSockets();
  received = [];
  client = new BookbellClient({url: 'ws://test/ws', userId: 1, WebSocket: sockets.WebSocket, random: () => 1, sessionEnded: away, ...options});
  client.addEventListener('message', ({detail}) => received.push(detail.type === 'resumed' ? 'resumed' : detail.seq));
  client.start();
}

async function cut(code, reason) {
  sockets.newest.cut(code, reason);
  await settle();
}

const note = (seq) => ({type: 'notification', seq});

describe('messages of other applications', () => {
  test('are counted, so that nothing is taken for a gap', async () => {
    start();
    sockets.newest.greet();
    const first = client.position.seq;
    sockets.newest.receive({type: 'new_message', channel: 'chat', seq: first + 1, text: 'Hi'});
    sockets.newest.receive({type: 'typing', channel: 'chat', text: 'without a number'});
    sockets.newest.receive(note(first + 2));
    await settle();

    assert.equal(client.position.seq, first + 2);
    assert.equal(sockets.connections.length, 1);
    assert.equal(client.status.state, 'live');
  });
});

describe('reconnecting', () => {
  test('failed attempts are farther and farther apart', async () => {
    start();
    for (const delay of [500, 1_000, 2_000, 4_000]) {
      const made = sockets.connections.length;
      await cut();
      assert.deepEqual(client.status, {state: 'offline', retryAt: Date.now() + delay});
      await pass(delay - 1);
      assert.equal(sockets.connections.length, made);
      await pass(1);
      assert.equal(sockets.connections.length, made + 1);
    }
  });

  test('a connection that was stable begins with the shortest delay again', async () => {
    start();
    await cut();
    await pass(500);
    sockets.newest.greet();
    await pass(5_000);
    await cut();

    assert.equal(client.status.retryAt, Date.now() + 500);
  });

  test('a connection that breaks at once keeps the longer delay', async () => {
    start();
    await cut();
    await pass(500);
    sockets.newest.greet();
    await pass(4_999);
    await cut();

    assert.equal(client.status.retryAt, Date.now() + 1_000);
  });

  test('an attempt that never opens is given up', async () => {
    start();
    await pass(15_000);

    assert.equal(sockets.newest.isClosed, true);
    assert.equal(client.status.state, 'offline');
  });

  test('a lost connection resumes from the last message', async () => {
    start();
    sockets.newest.greet({epoch: 'e1', seq: 7});
    sockets.newest.receive(note(8));
    await cut();
    await pass(500);

    assert.equal(sockets.newest.since, 'e1:8');
  });

  test('what an abandoned socket still says is not heard', async () => {
    start();
    const [first] = sockets.connections;
    first.greet();
    client.refresh();
    sockets.newest.greet();
    first.receive(note(1));

    assert.deepEqual(received, [0, 0]);
  });

  test('a session that has ended is not tried again', async () => {
    start({sessionEnded: async () => true});
    sockets.newest.greet();
    await cut(4401);
    await pass(600_000);

    assert.equal(client.status.state, 'signed-out');
    assert.equal(sockets.connections.length, 1);
  });

  for (const [what, sessionEnded] of [
    ['the cookie holds another session', async () => false],
    ['the server cannot be asked', away],
  ]) {
    test(`where the session of a connection has ended and ${what}, it connects again`, async () => {
      start({sessionEnded});
      for (const delay of [500, 1_000]) {
        sockets.newest.greet({epoch: 'e1', seq: 7});
        await cut(4401);
        assert.deepEqual(client.status, {state: 'offline', retryAt: Date.now() + delay});
        await pass(delay);
      }

      assert.equal(sockets.connections.length, 3);
      assert.equal(sockets.newest.since, 'e1:7');
    });
  }

  test('a question about the session that nobody answers does not keep it from connecting', async () => {
    start({sessionEnded: () => new Promise(() => {})});
    await cut();
    assert.equal(client.status.state, 'connecting');
    await pass(10_000);
    assert.equal(client.status.retryAt, Date.now() + 500);
    await pass(500);

    assert.equal(sockets.connections.length, 2);
  });

  test('an upgrade refused because the session is over ends it', async () => {
    start({sessionEnded: async () => true});
    await cut();

    assert.equal(client.status.state, 'signed-out');
  });

  test('a server that restarts says when to come back, within reason', async () => {
    start();
    sockets.newest.greet();
    await cut(1001, '3000');
    assert.equal(client.status.retryAt, Date.now() + 3_000);
    await pass(3_000);
    sockets.newest.greet();
    await cut(1001, '999999999');
    assert.equal(client.status.retryAt, Date.now() + 120_000);
  });

  test('a client that was too slow comes back at once, but not again and again', async () => {
    start();
    sockets.newest.greet();
    await cut(4408);
    assert.equal(sockets.connections.length, 2);
    sockets.newest.greet();
    await cut(4408);
    assert.equal(sockets.connections.length, 2);
    assert.equal(client.status.retryAt, Date.now() + 1_000);
  });

  test('a client that sent too much waits', async () => {
    start();
    sockets.newest.greet();
    await cut(4429);

    assert.equal(client.status.retryAt, Date.now() + 20_000);
  });

  test('without a network nothing is tried; with it, at once', async () => {
    start();
    sockets.newest.greet();
    client.networkChanged(false);
    assert.deepEqual(client.status, {state: 'offline', retryAt: null});
    await pass(600_000);
    assert.equal(sockets.connections.length, 1);
    client.networkChanged(true);
    assert.equal(sockets.connections.length, 2);
  });

  test('a user who comes back does not wait', async () => {
    start();
    await cut();
    client.wake();

    assert.equal(sockets.connections.length, 2);
  });

  test('a connection that no longer answers pings is replaced', async () => {
    start();
    sockets.newest.greet();
    const [first] = sockets.connections;
    await pass(20_000);
    assert.deepEqual(first.sent, [{type: 'ping'}]);
    await pass(9_999);
    assert.equal(sockets.connections.length, 1);
    await pass(1);
    assert.equal(first.isClosed, true);
    assert.equal(sockets.connections.length, 2);
  });

  test('an answered ping keeps the connection', async () => {
    start();
    sockets.newest.greet();
    for (let i = 0; i < 10; i++) {
      await pass(20_000);
      sockets.newest.receive({type: 'pong'});
    }

    assert.equal(sockets.connections.length, 1);
  });
});

describe('refused sockets', () => {
  const answers = async () => false;

  test('two attempts without a greeting from a server that answers count as refused', async () => {
    start({sessionEnded: answers});
    await cut();
    assert.equal(client.status.refused, undefined);
    await pass(500);
    await cut();

    assert.deepEqual(client.status, {state: 'offline', retryAt: Date.now() + 30_000, refused: true});
  });

  test('a socket that opens and stays silent is as good as none', async () => {
    start({sessionEnded: answers});
    for (const [silence, delay] of [
      [6_000, 500],
      [12_000, 0],
    ]) {
      sockets.newest.open();
      await pass(silence);
      await pass(delay);
    }

    assert.equal(client.status.refused, true);
  });

  test('a server that is away does not count as refusing', async () => {
    start({sessionEnded: away});
    for (const delay of [500, 1_000, 2_000]) {
      await cut();
      await pass(delay);
    }

    assert.equal(client.status.refused, undefined);
  });

  test('an attempt that failed with the whole server does not count', async () => {
    let isAway = false;
    start({sessionEnded: () => (isAway ? away() : answers())});
    await cut();
    await pass(500);
    isAway = true;
    await cut();

    assert.equal(client.status.refused, undefined);
  });

  test('refused sockets are tried every half minute, and the status stays until one works', async () => {
    start({sessionEnded: answers});
    await cut();
    await pass(500);
    await cut();
    await pass(30_000);
    assert.equal(sockets.connections.length, 3);
    assert.equal(client.status.refused, true);
    sockets.newest.greet();

    assert.deepEqual(client.status, {state: 'live', retryAt: null});
  });
});

describe('the sequence', () => {
  test('each message is handed on once and in order', () => {
    start();
    sockets.newest.greet({seq: 4});
    for (const seq of [5, 5, 4, 6, 6, 7]) sockets.newest.receive(note(seq));

    assert.deepEqual(received, [4, 5, 6, 7]);
    assert.deepEqual(client.position, {epoch: 'e1', seq: 7});
  });

  test('a gap is not handed on: the client resumes before it', async () => {
    start();
    sockets.newest.greet({seq: 4});
    sockets.newest.receive(note(5));
    sockets.newest.receive(note(7));
    assert.equal(sockets.connections.length, 2);
    assert.equal(sockets.newest.since, 'e1:5');
    sockets.newest.open();
    sockets.newest.receive({type: 'resumed', epoch: 'e1', seq: 7});
    assert.equal(client.status.state, 'catching-up');
    sockets.newest.receive(note(6));
    sockets.newest.receive(note(7));

    assert.deepEqual(received, [4, 5, 'resumed', 6, 7]);
    assert.equal(client.status.state, 'live');
  });

  test('gaps one after the other do not make a storm of connections', () => {
    start();
    sockets.newest.greet({seq: 4});
    sockets.newest.receive(note(7));
    sockets.newest.open();
    sockets.newest.receive({type: 'resumed', epoch: 'e1', seq: 7});
    sockets.newest.receive(note(9));

    assert.equal(sockets.connections.length, 2);
    assert.equal(client.status.retryAt, Date.now() + 1_000);
  });

  test('a pong tells of messages that were lost before it', () => {
    start();
    sockets.newest.greet({seq: 4});
    sockets.newest.receive({type: 'pong', seq: 4});
    assert.equal(sockets.connections.length, 1);
    sockets.newest.receive({type: 'pong', seq: 5});

    assert.equal(sockets.newest.since, 'e1:4');
  });

  test('a resumption under another epoch starts from a snapshot', () => {
    start();
    sockets.newest.greet({epoch: 'e1', seq: 4});
    sockets.newest.receive(note(6));
    sockets.newest.open();
    sockets.newest.receive({type: 'resumed', epoch: 'e2', seq: 6});

    assert.equal(sockets.connections.length, 3);
    assert.equal(sockets.newest.since, null);
  });

  test('a snapshot replaces the position, also backwards', () => {
    start();
    sockets.newest.greet({epoch: 'e1', seq: 40});
    client.refresh();
    sockets.newest.greet({epoch: 'e2', seq: 3});
    sockets.newest.receive(note(4));

    assert.deepEqual(received, [40, 3, 4]);
  });

  test('before the greeting nothing is believed', () => {
    start();
    sockets.newest.open();
    sockets.newest.receive(note(1));

    assert.deepEqual(received, []);
  });

  test('what is no message is passed over', () => {
    start();
    sockets.newest.greet();
    for (const data of ['', 'x', '{', '[]', 7]) sockets.newest.onmessage({data});

    assert.deepEqual(received, [0]);
  });

  test('the newest number is acknowledged, once', async () => {
    start();
    sockets.newest.greet({seq: 4});
    await pass(3_000);
    sockets.newest.receive(note(5));
    sockets.newest.receive(note(6));
    await pass(3_000);
    await pass(10_000);

    assert.deepEqual(sockets.newest.sent, [
      {type: 'ack', seq: 4},
      {type: 'ack', seq: 6},
    ]);
  });
});
