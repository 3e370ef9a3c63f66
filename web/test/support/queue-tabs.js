import {SendQueue} from '../../src/client/send-queue.js';
import {FakeBrowser, MemoryStorage} from './browser.js';

/** What a tab sees of the storage: what others write comes to it later, as in browsers with a process for each tab. */
class TabStorage extends MemoryStorage {
  #shared;

  constructor(shared) {
    super();
    this.#shared = shared;
    this.catchUp();
  }

  setItem(name, text) {
    this.#shared.setItem(name, text);
    super.setItem(name, text);
  }

  removeItem(name) {
    this.#shared.removeItem(name);
    super.removeItem(name);
  }

  catchUp() {
    for (const name of Object.keys(this)) delete this[name];
    Object.assign(this, this.#shared);
  }
}

/** The tabs of one browser, each with a send queue on the same storage. */
export class QueueTabs {
  #browser = new FakeBrowser();
  storage = new MemoryStorage();

  /** Opens a tab. `sent` has what was sent; `answer` decides what becomes of it, by default that it's done. */
  open(options = {}) {
    const tab = this.#browser.tab();
    const sent = [];
    const parts = {tab, sent, answer: async () => 'done', away: false};
    parts.queue = new SendQueue({
      userId: 1,
      storage: this.storage,
      locks: tab.locks,
      isAway: () => parts.away,
      send: (item) => {
        sent.push(item);
        return parts.answer(item);
      },
      ...options,
    });
    parts.submitWhileAway = async (...submitted) => {
      parts.away = true;
      for (const key of submitted) await parts.queue.submit(reply(key));
      parts.away = false;
    };
    return parts;
  }
}

/** Tabs that see only after {@link SlowTabs.catchUp} what the others have stored. */
export class SlowTabs extends QueueTabs {
  #storages = [];

  open(options = {}) {
    const storage = new TabStorage(this.storage);
    this.#storages.push(storage);
    return Object.assign(super.open({storage, ...options}), {storage});
  }

  catchUp() {
    for (const storage of this.#storages) storage.catchUp();
  }
}

export const reply = (key, body = key) => ({kind: 'reply', key, content: {body}, requestId: 1, after: 0});
export const keys = (items) => items.map(({key}) => key);
