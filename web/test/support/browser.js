import {mock} from 'node:test';

/** What the modules of `client/` need of a browser, in memory. */

/** Lets everything happen that waits for promises; no time passes. */
export async function settle() {
  for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done));
}

/** Lets mocked time pass, and what it causes happen. @param {number} ms */
export async function pass(ms) {
  mock.timers.tick(ms);
  await settle();
}

/** A promise with its two ends outside. */
export function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, {resolve, reject}));
  return parts;
}

/** A `Storage`: its keys can be listed like a real one's. */
export class MemoryStorage {
  constructor(items = {}) {
    Object.assign(this, items);
  }

  getItem(name) {
    return Object.hasOwn(this, name) ? this[name] : null;
  }

  setItem(name, text) {
    this[name] = String(text);
  }

  removeItem(name) {
    delete this[name];
  }
}

/** Sockets that tests open, fill and cut. `connections` has all that were made, the newest last. */
export function fakeSockets() {
  const connections = [];
  class FakeWebSocket {
    readyState = 0;
    sent = [];
    isClosed = false;

    constructor(url) {
      this.url = url;
      connections.push(this);
    }

    send(text) {
      this.sent.push(JSON.parse(text));
    }

    close() {
      this.isClosed = true;
      this.readyState = 3;
    }

    open() {
      this.readyState = 1;
      this.onopen?.();
    }

    receive(message) {
      this.onmessage?.({data: JSON.stringify(message)});
    }

    /** Opens and greets with a snapshot. */
    greet({epoch = 'e1', seq = 0, ...rest} = {}) {
      this.open();
      this.receive({type: 'initial_data', epoch, seq, ...emptySnapshot(), ...rest});
    }

    cut(code = 1006, reason = '') {
      this.readyState = 3;
      this.onclose?.({code, reason});
    }

    get since() {
      return new URL(this.url).searchParams.get('since');
    }
  }
  return {
    connections,
    WebSocket: FakeWebSocket,
    get newest() {
      return connections.at(-1);
    },
  };
}

export function emptySnapshot() {
  return {book_requests: [], quota: [], pending_count: {}, creators: [], unread_notifications: 0};
}

/** The tabs of one browser: they share locks and broadcast channels. */
export class FakeBrowser {
  #locks = new Map();
  #channels = new Set();

  tab() {
    return new FakeTab(this);
  }

  channelFor(tab) {
    const channels = this.#channels;
    return class {
      constructor(name) {
        this.name = name;
        this.tab = tab;
        channels.add(this);
      }

      postMessage(data) {
        if (tab.isFrozen) return;
        const others = [...channels].filter((one) => one !== this && one.name === this.name);
        for (const other of others) queueMicrotask(() => channels.has(other) && !other.tab.isFrozen && other.onmessage?.({data: structuredClone(data)}));
      }

      close() {
        channels.delete(this);
      }
    };
  }

  lockOf(name) {
    if (!this.#locks.has(name)) this.#locks.set(name, {holder: null, queue: []});
    return this.#locks.get(name);
  }

  /** The tab is gone, and with it its locks and channels. */
  close(tab) {
    for (const channel of [...this.#channels]) if (channel.tab === tab) channel.close();
    for (const lock of this.#locks.values()) {
      lock.queue = lock.queue.filter((wish) => wish.tab !== tab);
      if (lock.holder?.tab === tab) this.release(lock, lock.holder);
    }
  }

  release(lock, holder) {
    if (lock.holder !== holder) return;
    lock.holder = null;
    const next = lock.queue.shift();
    if (next) this.grant(lock, next);
  }

  grant(lock, wish) {
    lock.holder = wish;
    Promise.resolve()
      .then(() => wish.callback({name: wish.name}))
      .then(wish.resolve, wish.reject)
      .finally(() => this.release(lock, wish));
  }
}

class FakeTab {
  /** A frozen tab keeps its locks, hears nothing and says nothing. */
  isFrozen = false;

  constructor(browser) {
    this.browser = browser;
    this.BroadcastChannel = browser.channelFor(this);
    this.locks = {request: (...call) => this.#request(...call)};
  }

  /** Runs what makes a channel as this tab. */
  as(action) {
    const before = globalThis.BroadcastChannel;
    globalThis.BroadcastChannel = this.BroadcastChannel;
    try {
      return action();
    } finally {
      globalThis.BroadcastChannel = before;
    }
  }

  close() {
    this.isFrozen = true;
    this.browser.close(this);
  }

  #request(name, {signal, steal = false, ifAvailable = false}, callback) {
    const lock = this.browser.lockOf(name);
    const {promise, resolve, reject} = deferred();
    const wish = {name, callback, resolve, reject, tab: this};
    if (signal?.aborted) {
      reject(new DOMException('aborted', 'AbortError'));
    } else if (steal) {
      lock.holder?.reject(new DOMException('stolen', 'AbortError'));
      this.browser.grant(lock, wish);
    } else if (!lock.holder) {
      this.browser.grant(lock, wish);
    } else if (ifAvailable) {
      Promise.resolve(callback(null)).then(resolve, reject);
    } else {
      lock.queue.push(wish);
      signal?.addEventListener('abort', () => {
        if (!lock.queue.includes(wish)) return;
        lock.queue.splice(lock.queue.indexOf(wish), 1);
        reject(new DOMException('aborted', 'AbortError'));
      });
    }
    return promise;
  }
}
