import {SendQueue} from '../../src/client/send-queue.js';
import {FakeBrowser, MemoryStorage} from './browser.js';

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

export const reply = (key, body = key) => ({kind: 'reply', key, content: {body}, requestId: 1, after: 0});
export const keys = (items) => items.map(({key}) => key);
