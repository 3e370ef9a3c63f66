import {learnServerTime} from './server-clock.js';
import {BASE_PATH} from '../base-path.js';

/**
 * A call that the server refused, or that never reached it (`status` 0, code `unreachable`).
 * `message` can be shown to users; `code` is a stable error code.
 */
export class ApiError extends Error {
  /** In how many seconds the call may be made again, where the server says it. */
  retryAfter = 0;

  /** @param {number} status @param {any} problem application/problem+json, where there is one */
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
    /** @type {string} */
    this.code = problem.code ?? (status === 0 ? 'unreachable' : `http_${status}`);
    this.problem = problem;
  }

  /** @returns {Record<string, string>} what is wrong, by field */
  get fields() {
    const errors = /** @type {{field: string, message: string}[]} */ (this.problem.errors ?? []);
    return Object.fromEntries(errors.map(({field, message}) => [field, message]));
  }
}

const MAX_ATTEMPTS = 3;
const FIRST_PAUSE = 400;
/** How long an attempt may take, ms: so long, and longer for a large body, of which at least ten bytes arrive in a millisecond. */
const ATTEMPT_TIMEOUT = 45_000;
const BYTES_PER_MS = 10;
const TRANSIENT_STATUSES = new Set([502, 503, 504]);
/** What a proxy before the server may say of a request itself, and means. */
const PROXY_STATUSES = new Set([400, 405, 413, 414, 431]);
/** Most characters of a command that the browser goes on sending when the page is left. All of them together may have 64 KiB. */
const KEEPALIVE_LIMIT = 5_000;

/**
 * JSON over HTTP. A command carries an Idempotency-Key, so a call that failed on the way is repeated here and is
 * still done once. The browser goes on sending a command when the page is left (`keepalive`).
 */
export class Http {
  /** @param {{base?: string, fetch?: typeof globalThis.fetch, pause?: (ms: number) => Promise<void>}} [options] */
  constructor({base = BASE_PATH, fetch = (...call) => globalThis.fetch(...call), pause = wait} = {}) {
    this.base = base;
    this.fetch = fetch;
    this.pause = pause;
    /** The user whom the page shows; the server refuses calls as anybody else. @type {number | undefined} */
    this.userId = undefined;
    /** Called when an answer says that the session is over. */
    this.onSessionEnded = () => {};
    /** Called when a proxy asks for a sign-in of its own. */
    this.onProxySignIn = () => {};
    /** Called when something was changed. */
    this.onDone = () => {};
  }

  /** @param {string} path @param {Record<string, unknown>} [query] */
  get(path, query) {
    return this.#call('GET', path, {query});
  }

  /**
   * @param {string} path @param {object} [body]
   * @param {{key?: string, query?: Record<string, unknown>, headers?: Record<string, string>}} [options]
   */
  post(path, body, {key = newKey(), ...options} = {}) {
    return this.#call('POST', path, {body, key, ...options});
  }

  /** @param {string} path @param {object} body @param {{key?: string, query?: Record<string, unknown>}} [options] */
  patch(path, body, {key = newKey(), query} = {}) {
    return this.#call('PATCH', path, {body, query, key});
  }

  /** Sends a PUT; anything but a Blob as JSON. @param {string} path @param {Blob | object} content */
  put(path, content) {
    return this.#call('PUT', path, {body: content});
  }

  /** @param {string} path @param {Record<string, unknown>} [query] @param {object} [body] */
  delete(path, query, body) {
    return this.#call('DELETE', path, {query, body});
  }

  /**
   * @param {string} method @param {string} path
   * @param {{query?: Record<string, unknown>, body?: object, key?: string, headers?: Record<string, string>}} parts
   */
  async #call(method, path, {query, body, key, headers: more}) {
    const address = this.base + path + queryString(query);
    /** @type {Record<string, string>} */
    const headers = {Accept: 'application/json, application/problem+json'};
    const isJson = body !== undefined && !(body instanceof Blob);
    if (isJson) headers['Content-Type'] = 'application/json';
    if (key !== undefined) headers['Idempotency-Key'] = key;
    if (this.userId !== undefined) headers['Bookbell-User'] = String(this.userId);
    Object.assign(headers, more);
    const language = globalThis.document?.documentElement?.lang;
    if (language && method !== 'GET') headers['Accept-Language'] = language;
    const json = isJson ? JSON.stringify(body) : undefined;
    const init = {
      method,
      headers,
      keepalive: key !== undefined && (body === undefined || (json?.length ?? Infinity) <= KEEPALIVE_LIMIT),
      body: /** @type {BodyInit | undefined} */ (json ?? body),
      credentials: /** @type {const} */ ('same-origin'),
      redirect: /** @type {const} */ ('manual'),
    };
    const size = json?.length ?? /** @type {Blob | undefined} */ (body)?.size ?? 0;
    const {response, content} = await this.#fetchWithRetries(address, init, ATTEMPT_TIMEOUT + Math.ceil(size / BYTES_PER_MS));
    if (response.ok) {
      if (method !== 'GET') this.onDone();
      return content;
    }
    const error = new ApiError(response.status, content);
    error.retryAfter = Number(response.headers.get('Retry-After'));
    if (response.status === 401 && (error.code === 'other_user' || !path.startsWith('/api/auth/'))) this.onSessionEnded();
    throw error;
  }

  /** @param {string} address @param {RequestInit} init @param {number} timeout ms */
  async #fetchWithRetries(address, init, timeout) {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#fetchOnce(address, {...init, signal: AbortSignal.timeout(timeout)}).catch(() => undefined);
      if (answer && !TRANSIENT_STATUSES.has(answer.response.status)) return answer;
      if (attempt === MAX_ATTEMPTS) {
        if (answer) return answer;
        throw new ApiError(0, {detail: 'The server cannot be reached. Your text is kept; please try again.'});
      }
      await this.pause(FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }

  /**
   * The server's answer with its content; undefined where somebody else answered. Fails where the connection is lost or
   * brings nothing for too long, also in the middle of the content.
   *
   * @param {string} address @param {RequestInit} init
   */
  async #fetchOnce(address, init) {
    const sent = Date.now();
    const response = this.#unlessFromProxy(await this.fetch(address, init));
    if (!response) return undefined;
    learnServerTime(response.headers.get('Date'), sent, Date.now());
    const text = await response.text();
    return {response, content: response.ok ? parseJson(text) : problemOf(response, text)};
  }

  /**
   * The answer, unless somebody else gave it: a proxy that redirects to its sign-in, or shows it, has not reached the
   * server.
   *
   * @param {Response} response
   */
  #unlessFromProxy(response) {
    const {headers, status, type} = response;
    if (isFromServer(response) || PROXY_STATUSES.has(status)) return response;
    if (type === 'opaqueredirect' || (status < 500 && headers.get('Content-Type')?.startsWith('text/html'))) this.onProxySignIn();
    return undefined;
  }
}

/** Whether the server gave this answer, rather than a proxy before it. @param {Response} response */
export function isFromServer({headers}) {
  return headers.has('Bookbell') || (headers.get('Content-Type') ?? '').startsWith('application/problem+json');
}

/** A fresh Idempotency-Key; works on plain http too, where `crypto.randomUUID` is missing. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {string} body @returns {any} undefined for an empty one */
function parseJson(body) {
  return body === '' ? undefined : JSON.parse(body);
}

/** @param {Response} response @param {string} text */
function problemOf(response, text) {
  try {
    return JSON.parse(text);
  } catch {
    return {title: response.statusText || undefined};
  }
}

/** @param {Record<string, unknown>} [query] empty values are left out */
function queryString(query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return given.length ? `?${search}` : '';
}

/** @param {number} ms @returns {Promise<void>} */
function wait(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
