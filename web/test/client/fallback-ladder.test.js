import assert from 'node:assert/strict';
import {beforeEach, describe, mock, test} from 'node:test';
import {BookbellClient} from '../../src/client/bookbell-client.js';
import {EventStreamSocket, SocketProbe} from '../../src/client/fallback-transports.js';
import {SILENT} from '../../src/client/transport-ladder.js';
import {fakeSockets, pass, settle} from '../support/browser.js';

const BEGIN = 1_000_000;
const PROBE_INTERVAL = 120_000;

let sockets;
let streams;
let polls;
let client;
let received;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({apis: ['setTimeout', 'setInterval', 'Date'], now: BEGIN});
  [sockets, streams, polls] = [fakeSockets(), fakeSockets(), fakeSockets()];
  received = [];
});

/** A server that answers, behind a proxy. */
function start(options = {}) {
  client = new BookbellClient({
    url: 'ws://test/ws',
    userId: 1,
    WebSocket: sockets.WebSocket,
    random: () => 1,
    sessionEnded: async () => false,
    loadFallbacks: async () => ({
      FALLBACKS: [
        {name: 'stream', Socket: answering(streams.WebSocket)},
        {name: 'poll', Socket: answering(polls.WebSocket)},
      ],
      SocketProbe,
    }),
    ...options,
  });
  client.addEventListener('message', ({detail}) => received.push(detail.type === 'resumed' ? 'resumed' : detail.seq));
  client.start();
}

/** Like the real fallbacks, which answer a ping themselves. */
function answering(Socket) {
  return class extends Socket {
    send(text) {
      super.send(text);
      if (JSON.parse(text).type === 'ping') this.receive({type: 'pong'});
    }
  };
}

async function cut(of, code) {
  of.newest.cut(code);
  await settle();
}

async function refuseSockets() {
  await cut(sockets);
  await pass(500);
  await cut(sockets);
}

/** A fallback that resumes. */
function resume(of, seq) {
  of.newest.open();
  of.newest.receive({type: 'resumed', epoch: 'e1', seq});
}

const note = (seq) => ({type: 'notification', seq});

describe('where WebSockets are refused', () => {
  test('an event stream stands in for them', async () => {
    start();
    await refuseSockets();
    assert.equal(streams.connections.length, 1);
    streams.newest.greet({seq: 3});
    streams.newest.receive(note(4));

    assert.deepEqual(client.status, {state: 'live', retryAt: null, fallback: 'stream'});
    assert.deepEqual(received, [3, 4]);
  });

  test('a stream that opens and stays silent is followed by the long poll', async () => {
    start();
    await refuseSockets();
    streams.newest.open();
    await pass(12_000);
    polls.newest.greet({seq: 1});

    assert.deepEqual(client.status, {state: 'live', retryAt: null, fallback: 'poll'});
    assert.equal(streams.newest.isClosed, true);
  });

  test('a stream whose greeting comes slowly, part by part, is kept', async () => {
    start();
    await refuseSockets();
    streams.newest.open();
    for (let part = 0; part < 5; part++) {
      await pass(11_000);
      streams.newest.onprogress();
    }
    streams.newest.greet({seq: 1});
    streams.newest.onprogress();
    await pass(12_000);

    assert.equal(client.status.fallback, 'stream');
    assert.equal(streams.connections.length, 1);
  });

  test('a socket that opened in vain once has twice as long the next time', async () => {
    start();
    sockets.newest.open();
    await pass(6_000);
    await pass(500);
    assert.equal(sockets.connections.length, 2);
    sockets.newest.open();
    await pass(11_999);
    sockets.newest.receive({type: 'initial_data', epoch: 'e1', seq: 0});

    assert.deepEqual(client.status, {state: 'live', retryAt: null});
  });

  test('a stream that a proxy answers with 503 is followed by the long poll', async () => {
    const refuse = async () => new Response('<html>', {status: 503, headers: {'Content-Type': 'text/html', 'Retry-After': '1'}});
    class RefusedStream extends EventStreamSocket {
      constructor(url) {
        super(url, refuse);
      }
    }
    const FALLBACKS = [
      {name: 'stream', Socket: RefusedStream},
      {name: 'poll', Socket: answering(polls.WebSocket)},
    ];
    start({loadFallbacks: async () => ({FALLBACKS, SocketProbe})});
    await refuseSockets();
    polls.newest.greet({seq: 1});

    assert.equal(client.status.fallback, 'poll');
  });

  test('where nothing works the server is read again and again, and everything is tried each half minute', async () => {
    start();
    await refuseSockets();
    await cut(streams);
    await cut(polls);
    assert.deepEqual(client.status, {state: 'offline', retryAt: Date.now() + 30_000, refused: true});
    await pass(30_000);
    await cut(sockets);
    await cut(streams);
    assert.equal(client.status.refused, true);
    polls.newest.greet({seq: 9});

    assert.deepEqual(client.status, {state: 'live', retryAt: null, fallback: 'poll'});
  });

  test('where the fallbacks cannot be loaded, the server is read again and again', async () => {
    start({loadFallbacks: () => Promise.reject(new Error('offline'))});
    await refuseSockets();

    assert.equal(client.status.refused, true);
  });

  test('a server that is away keeps the page on its socket', async () => {
    start({sessionEnded: () => Promise.reject(new Error('unreachable'))});
    await refuseSockets();

    assert.equal(streams.connections.length, 0);
    assert.equal(client.status.refused, undefined);
  });
});

describe('a fallback', () => {
  test('resumes from the last message when it was cut, without a step down', async () => {
    start();
    await refuseSockets();
    streams.newest.greet({seq: 3});
    streams.newest.receive(note(4));
    await cut(streams);
    await pass(1_000);
    await pass(1_000);
    resume(streams, 5);
    streams.newest.receive(note(5));

    assert.equal(streams.newest.since, 'e1:4');
    assert.deepEqual(received, [3, 4, 'resumed', 5]);
    assert.equal(polls.connections.length, 0);
  });

  test('that falls silent is tried once more, and left for the next if nothing comes again', async () => {
    start();
    await refuseSockets();
    streams.newest.greet({seq: 3});
    await cut(streams, SILENT);
    await pass(1_000);
    assert.equal(streams.connections.length, 2);
    assert.equal(polls.connections.length, 0);
    resume(streams, 3);
    await cut(streams, SILENT);

    assert.equal(polls.newest.since, 'e1:3');
  });

  test('that falls silent and does not begin again is left for the next', async () => {
    start();
    await refuseSockets();
    streams.newest.greet({seq: 3});
    await cut(streams, SILENT);
    await pass(1_000);
    await cut(streams);

    assert.equal(polls.newest.since, 'e1:3');
  });

  test('that falls silent now and then, and lasts between, stays', async () => {
    start();
    await refuseSockets();
    streams.newest.greet({seq: 3});
    for (let silence = 0; silence < 3; silence++) {
      await cut(streams, SILENT);
      await pass(2_000);
      resume(streams, 3);
      await pass(60_000);
    }

    assert.equal(polls.connections.length, 0);
    assert.equal(client.status.fallback, 'stream');
  });

  test('that falls silent with the server stays, because no proxy is to blame', async () => {
    let isAway = false;
    start({sessionEnded: () => (isAway ? Promise.reject(new Error('unreachable')) : Promise.resolve(false))});
    await refuseSockets();
    streams.newest.greet({seq: 3});
    isAway = true;
    await cut(streams, SILENT);
    for (let attempt = 0; attempt < 4; attempt++) {
      await pass(30_000);
      await cut(streams);
    }

    assert.ok(streams.connections.length > 2);
    assert.equal(polls.connections.length, 0);
  });

  test('that falls silent asks whether the session has ended', async () => {
    let ended = false;
    start({sessionEnded: async () => ended});
    await refuseSockets();
    streams.newest.greet({seq: 3});
    ended = true;
    await cut(streams, SILENT);

    assert.equal(client.status.state, 'signed-out');
  });

  test('that the server refuses because there are too many calls is tried again as late as it asks', async () => {
    start();
    await refuseSockets();
    for (let attempt = 1; attempt < 4; attempt++) {
      streams.newest.cut(4429, '25000');
      await settle();
      await pass(24_999);
      assert.equal(streams.connections.length, attempt);
      await pass(1);
      assert.equal(streams.connections.length, attempt + 1);
    }

    assert.equal(polls.connections.length, 0);
  });

  test('that is refused before it begins asks whether the session has ended', async () => {
    let ended = false;
    start({sessionEnded: async () => ended});
    await refuseSockets();
    await cut(streams);
    assert.equal(client.status.state, 'connecting');
    ended = true;
    await cut(polls);

    assert.equal(client.status.state, 'signed-out');
  });

  test('ends with the session', async () => {
    let ended = false;
    start({sessionEnded: async () => ended});
    await refuseSockets();
    streams.newest.greet();
    ended = true;
    await cut(streams, 4401);

    assert.equal(client.status.state, 'signed-out');
  });
});

describe('coming back to the socket', () => {
  async function onStream() {
    start();
    await refuseSockets();
    streams.newest.greet({seq: 3});
  }

  test('a socket is tried every two minutes while the stream goes on', async () => {
    await onStream();
    await pass(PROBE_INTERVAL);
    assert.equal(sockets.connections.length, 3);
    await cut(sockets);
    streams.newest.receive(note(4));
    assert.deepEqual(received, [3, 4]);
    await pass(PROBE_INTERVAL);

    assert.equal(sockets.connections.length, 4);
    assert.equal(client.status.fallback, 'stream');
  });

  test('a socket that opens and says nothing is not taken', async () => {
    await onStream();
    await pass(PROBE_INTERVAL);
    sockets.newest.open();
    await pass(15_000);

    assert.equal(sockets.newest.isClosed, true);
    assert.equal(streams.newest.isClosed, false);
  });

  test('one that works takes over from where the stream stands, with nothing left out or repeated', async () => {
    await onStream();
    await pass(PROBE_INTERVAL);
    streams.newest.receive(note(4));
    resume(sockets, 4);
    assert.equal(streams.newest.isClosed, true);
    assert.equal(sockets.newest.since, 'e1:4');
    resume(sockets, 5);
    sockets.newest.receive(note(4));
    sockets.newest.receive(note(5));

    assert.deepEqual(received, [3, 4, 'resumed', 5]);
    assert.deepEqual(client.status, {state: 'live', retryAt: null});
  });

  test('another network begins with the socket again', async () => {
    await onStream();
    client.networkChanged(false);
    client.networkChanged(true);
    sockets.newest.greet({seq: 3});

    assert.deepEqual(client.status, {state: 'live', retryAt: null});
  });
});
