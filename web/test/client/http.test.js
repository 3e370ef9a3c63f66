import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {ApiError, Http} from '../../src/client/http.js';

let calls;
let answers;
let http;

const answer = (status, body = {}, headers = {Bookbell: '1'}) => new Response(status === 204 ? null : JSON.stringify(body), {status, headers});

beforeEach(() => {
  calls = [];
  answers = [];
  http = new Http({
    base: '/books',
    pause: async () => {},
    fetch: async (address, init) => {
      calls.push({address, ...init});
      const next = answers.shift() ?? answer(200);
      if (next instanceof Error) throw next;
      return next;
    },
  });
});

test('a command that failed on the way is repeated with the same key', async () => {
  answers = [new TypeError('network'), answer(503), answer(201, {id: 7})];
  assert.deepEqual(await http.post('/api/x', {a: 1}), {id: 7});

  const keys = calls.map(({headers}) => headers['Idempotency-Key']);
  assert.equal(keys.length, 3);
  assert.equal(new Set(keys).size, 1);
  assert.match(keys[0], /^[0-9a-f]{32}$/);
});

test('the browser goes on sending a command when the page is left, unless it is large or a file', async () => {
  await http.post('/api/x', {a: 1});
  await http.post('/api/x');
  await http.patch('/api/x', {text: 'x'.repeat(5_000)});
  await http.post('/api/x', new Blob(['x']));
  await http.get('/api/x');

  assert.deepEqual(
    calls.map(({keepalive}) => keepalive),
    [true, true, false, false, false],
  );
});

test('an attempt to which nothing comes is given up and repeated, a large one later', async (t) => {
  const limits = [];
  t.mock.method(AbortSignal, 'timeout', (ms) => {
    limits.push(ms);
    return AbortSignal.abort(new DOMException('', 'TimeoutError'));
  });
  const swallow = ({signal}) => new Promise((_, fail) => (signal.aborted ? fail(signal.reason) : undefined));
  const stuck = new Http({pause: async () => {}, fetch: (_, init) => swallow(init)});

  await assert.rejects(stuck.get('/api/x'), {status: 0, code: 'unreachable'});
  await assert.rejects(stuck.put('/api/x', new Blob(['x'.repeat(1_000_000)])), {code: 'unreachable'});

  assert.deepEqual(limits, [45_000, 45_000, 45_000, 145_000, 145_000, 145_000]);
});

test('a connection that is lost in the middle of an answer has failed on the way', async () => {
  const cut = new ReadableStream({
    start(stream) {
      stream.enqueue(new TextEncoder().encode('{"id":'));
      stream.error(new TypeError('network'));
    },
  });
  answers = [new Response(cut, {status: 201, headers: {Bookbell: '1'}}), answer(201, {id: 7})];

  assert.deepEqual(await http.post('/api/x', {a: 1}), {id: 7});
  assert.equal(new Set(calls.map(({headers}) => headers['Idempotency-Key'])).size, 1);
});

test('an answer that is cut without an error has failed on the way', async () => {
  answers = [new Response('{"id":', {status: 201, headers: {Bookbell: '1'}}), answer(201, {id: 7})];

  assert.deepEqual(await http.post('/api/x', {a: 1}), {id: 7});
});

test('a call names the user whom the page shows, and a refusal because of another one ends the session', async () => {
  let ended = 0;
  http.onSessionEnded = () => (ended += 1);
  await http.get('/api/x');
  http.userId = 7;
  answers = [answer(401, {code: 'other_user'}), answer(401, {code: 'unauthorized'})];
  await assert.rejects(http.post('/api/auth/logout'), {code: 'other_user'});
  await assert.rejects(http.post('/api/auth/password'), {code: 'unauthorized'});

  assert.deepEqual(
    calls.map(({headers}) => headers['Bookbell-User']),
    [undefined, '7', '7'],
  );
  assert.equal(ended, 1);
});

test('two commands have two keys, and a given key is kept', async () => {
  await http.post('/api/x');
  await http.post('/api/x');
  await http.post('/api/x', {}, {key: 'mine'});
  const keys = calls.map(({headers}) => headers['Idempotency-Key']);

  assert.notEqual(keys[0], keys[1]);
  assert.equal(keys[2], 'mine');
});

test('after three attempts it is given up', async () => {
  answers = [1, 2, 3].map(() => new TypeError('network'));

  await assert.rejects(http.get('/api/x'), {status: 0, code: 'unreachable'});
  assert.equal(calls.length, 3);
});

test('a refusal is not repeated', async () => {
  answers = [answer(422, {code: 'invalid', detail: 'No.', errors: [{field: 'title', message: 'is required'}]})];

  await assert.rejects(http.post('/api/x'), (error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.status, error.code, error.message, error.fields], [422, 'invalid', 'No.', {title: 'is required'}]);
    return true;
  });
  assert.equal(calls.length, 1);
});

test("a proxy's own answer has not reached the server", async () => {
  answers = [answer(200, {}, {}), answer(200, {}, {}), answer(401, {}, {})];

  await assert.rejects(http.get('/api/x'), {status: 0});
});

test('a proxy that asks for a sign-in is told of, one that is in trouble is not', async () => {
  let asked = 0;
  http.onProxySignIn = () => asked++;
  const html = {'Content-Type': 'text/html'};
  answers = [answer(502, {}, html), answer(504, {}, {}), new TypeError('network')];
  await assert.rejects(http.get('/api/x'), {status: 0});
  assert.equal(asked, 0);
  answers = [answer(200, {}, html), Object.defineProperty(answer(200, {}, {}), 'type', {value: 'opaqueredirect'}), answer(200)];
  await http.get('/api/x');

  assert.equal(asked, 2);
});

test('what a proxy says of the request itself counts', async () => {
  answers = [answer(413, {}, {})];

  await assert.rejects(http.get('/api/x'), {status: 413});
});

test('an ended session is told of, a wrong password is not one', async () => {
  let ended = 0;
  http.onSessionEnded = () => ended++;
  answers = [answer(401), answer(401)];
  await assert.rejects(http.post('/api/auth/login'), {status: 401});
  assert.equal(ended, 0);
  await assert.rejects(http.get('/api/me'), {status: 401});

  assert.equal(ended, 1);
});

test('changes are told of, readings are not', async () => {
  let done = 0;
  http.onDone = () => done++;
  await http.get('/api/x', {q: 'a b', empty: '', none: undefined});
  assert.equal(done, 0);
  await http.delete('/api/x');

  assert.equal(done, 1);
  assert.equal(calls[0].address, '/books/api/x?q=a+b');
});
