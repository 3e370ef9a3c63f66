import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, mock, test} from 'node:test';
import {EventStreamSocket, LongPollSocket} from '../../src/client/fallback-transports.js';
import {SILENT} from '../../src/client/transport-ladder.js';
import {deferred, settle} from '../support/browser.js';

let calls;
let socket;
let seen;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({apis: ['setTimeout', 'Date']});
  calls = [];
  seen = {opened: 0, messages: [], closed: null};
});

afterEach(() => socket.close());

/** Answers each call when the test says so. */
function fetchLater(address, options) {
  const call = {address, options, ...deferred()};
  calls.push(call);
  options.signal.addEventListener('abort', () => call.reject(new DOMException('aborted', 'AbortError')));
  return call.promise;
}

async function open(Socket, query = '') {
  socket = new Socket(`ws://test/ws?user_id=1${query}`, fetchLater);
  socket.onopen = () => seen.opened++;
  socket.onmessage = ({data}) => seen.messages.push(JSON.parse(data));
  socket.onclose = ({code, reason}) => (seen.closed = [code, reason]);
  await settle();
}

const problem = (status, headers = {}) => new Response('{}', {status, headers: {'Content-Type': 'application/problem+json', ...headers}});

describe('the event stream', () => {
  let body;

  async function answer() {
    calls[0].resolve(new Response(new ReadableStream({start: (controller) => (body = controller)}), {headers: {'Content-Type': 'text/event-stream'}}));
    await settle();
  }

  async function receive(text) {
    body.enqueue(new TextEncoder().encode(text));
    await settle();
  }

  test('hands on each event, wherever it was cut on the way', async () => {
    await open(EventStreamSocket, '&since=e1:7');
    assert.match(calls[0].address, /\/api\/messages\/stream\?since=e1%3A7$/);
    await answer();
    assert.equal(seen.opened, 1);
    const text = 'id: e1:8\nevent: x\ndata: {"seq":8,"type":"x"}\n\n:\nevent: y\ndata: {"type":"y"}\n\n';
    for (const character of text) await receive(character);

    assert.deepEqual(seen.messages, [{seq: 8, type: 'x'}, {type: 'y'}]);
  });

  test('a letter of several bytes may be cut, too', async () => {
    await open(EventStreamSocket);
    await answer();
    for (const byte of new TextEncoder().encode('data: {"text":"żółć"}\n\n')) {
      body.enqueue(Uint8Array.of(byte));
      await settle();
    }

    assert.deepEqual(seen.messages, [{text: 'żółć'}]);
  });

  test('ends with the reason that the server gives', async () => {
    await open(EventStreamSocket);
    await answer();
    await receive('retry: 800\nevent: close\ndata: {"type":"close","code":1001,"reason":"800"}\n\n');

    assert.deepEqual(seen.closed, [1001, '800']);
    assert.deepEqual(seen.messages, []);
  });

  test('comments keep it open, and silence ends it', async () => {
    await open(EventStreamSocket);
    await answer();
    for (let comment = 0; comment < 4; comment++) {
      mock.timers.tick(30_000);
      await receive(':\n');
    }
    assert.equal(seen.closed, null);
    mock.timers.tick(40_000);

    assert.deepEqual(seen.closed, [SILENT, '']);
  });

  test('a page of a proxy is no stream', async () => {
    await open(EventStreamSocket);
    calls[0].resolve(new Response('<html>', {headers: {'Content-Type': 'text/html'}}));
    await settle();

    assert.equal(seen.opened, 0);
    assert.deepEqual(seen.closed, [1006, '']);
  });

  test('only the server says on the stream that the session has ended; whoever answers 401 may be a proxy', async () => {
    await open(EventStreamSocket);
    calls[0].resolve(problem(401));
    await settle();
    assert.deepEqual(seen.closed, [1006, '']);

    calls = [];
    await open(EventStreamSocket);
    await answer();
    await receive('event: close\ndata: {"type":"close","code":4401,"reason":"session ended"}\n\n');

    assert.deepEqual(seen.closed, [4401, 'session ended']);
  });

  test('acknowledges by a call', async () => {
    await open(EventStreamSocket);
    await answer();
    socket.send(JSON.stringify({type: 'ack', seq: 5}));

    assert.match(calls[1].address, /\/api\/messages\/ack$/);
    assert.equal(calls[1].options.body, '{"seq":5}');
  });
});

describe('the long poll', () => {
  const empty = {messages: [], unnumbered: [], initial_data: null};

  async function answer(value) {
    calls.at(-1).resolve(Response.json({epoch: 'e1', ...empty, ...value}));
    await settle();
  }

  const since = () => new URL(calls.at(-1).address, 'http://test').searchParams.get('since');
  const wait = () => new URL(calls.at(-1).address, 'http://test').searchParams.get('wait');

  test('begins with the snapshot and goes on from there', async () => {
    await open(LongPollSocket);
    assert.deepEqual([since(), wait()], [null, '0']);
    await answer({seq: 7, initial_data: {type: 'initial_data', epoch: 'e1', seq: 7}});
    assert.deepEqual([since(), wait()], ['e1:7', '25']);
    await answer({seq: 9, messages: [{seq: 8}, {seq: 9}], unnumbered: [{type: 'answering'}]});

    assert.equal(since(), 'e1:9');
    assert.deepEqual(seen.messages, [{type: 'initial_data', epoch: 'e1', seq: 7}, {seq: 8}, {seq: 9}, {type: 'answering'}]);
  });

  test('says a state that every answer repeats once, and again when it has changed', async () => {
    const update = (id, name) => ({type: 'creator_update', creator: {id, name}});
    await open(LongPollSocket);
    await answer({seq: 7, initial_data: {type: 'initial_data', epoch: 'e1', seq: 7, creators: [{id: 1, name: 'a'}]}});
    await answer({seq: 7, unnumbered: [update(1, 'a'), update(2, 'b')]});
    await answer({seq: 7, unnumbered: [update(1, 'a'), update(2, 'b'), {type: 'answering'}]});
    await answer({seq: 7, unnumbered: [update(1, 'a'), update(2, 'b'), update(1, 'c'), {type: 'answering'}]});
    await answer({seq: 7, unnumbered: [update(1, 'c'), update(2, 'b')]});

    assert.deepEqual(seen.messages.slice(1), [update(2, 'b'), {type: 'answering'}, update(1, 'c'), {type: 'answering'}]);
  });

  test('says an unchanged state again after two minutes, because a hint may have come between two polls', async () => {
    const update = {type: 'creator_update', creator: {id: 1}};
    await open(LongPollSocket, '&since=e1:7');
    for (let poll = 0; poll < 10; poll++) {
      await answer({seq: 7, unnumbered: [update]});
      mock.timers.tick(20_000);
    }

    assert.deepEqual(seen.messages.slice(1), [update, update]);
  });

  test('resumes with what was missed', async () => {
    await open(LongPollSocket, '&since=e1:7');
    assert.equal(since(), 'e1:7');
    await answer({seq: 8, messages: [{seq: 8}]});

    assert.equal(seen.opened, 1);
    assert.deepEqual(seen.messages, [{type: 'resumed', epoch: 'e1', seq: 8}, {seq: 8}]);
  });

  test('an answer without news is followed by the next poll', async () => {
    await open(LongPollSocket, '&since=e1:7');
    await answer({seq: 7});
    await answer({seq: 7});

    assert.equal(calls.length, 3);
    assert.equal(seen.messages.length, 1);
  });

  test('a server that stops says when to come back', async () => {
    await open(LongPollSocket, '&since=e1:7');
    await answer({seq: 7});
    calls.at(-1).resolve(problem(503, {'Retry-After': '2'}));
    await settle();

    assert.deepEqual(seen.closed, [1001, '2000']);
  });

  test('a proxy that says so of the server is not believed', async () => {
    for (const status of [429, 503]) {
      await open(LongPollSocket, '&since=e1:7');
      calls.at(-1).resolve(new Response('<html>', {status, headers: {'Content-Type': 'text/html', 'Retry-After': '2'}}));
      await settle();

      assert.deepEqual(seen.closed, [1006, '']);
    }
  });

  test('an answer that does not come ends it', async () => {
    await open(LongPollSocket, '&since=e1:7');
    await answer({seq: 7});
    mock.timers.tick(39_999);
    assert.equal(seen.closed, null);
    mock.timers.tick(1);

    assert.deepEqual(seen.closed, [1006, '']);
  });

  test('a closed one asks no more', async () => {
    await open(LongPollSocket, '&since=e1:7');
    socket.close();
    await settle();

    assert.equal(calls.length, 1);
    assert.equal(calls[0].options.signal.aborted, true);
    assert.equal(seen.closed, null);
  });
});

describe('both', () => {
  for (const Socket of [EventStreamSocket, LongPollSocket])
    test(`name the user whom the page shows: ${Socket.name}`, async () => {
      await open(Socket);
      socket.send(JSON.stringify({type: 'ack', seq: 7}));
      await settle();

      assert.deepEqual(
        calls.map(({options}) => options.headers['Bookbell-User']),
        ['1', '1'],
      );
    });
});
