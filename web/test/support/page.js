import {MemoryStorage} from './browser.js';

/** What the modules of elements need of a browser to be loaded; nothing is drawn. */
class PageNode extends EventTarget {
  isConnected = true;

  /** It's taken out of the page. */
  remove() {
    this.isConnected = false;
  }
}

/** The document: what happens to a node reaches it. */
export const page = Object.assign(new EventTarget(), {
  documentElement: {},
  hidden: false,
  createTreeWalker() {},
  createComment() {},
  getElementById: () => null,
});

export class FakeField extends PageNode {
  constructor(type = 'textarea') {
    super();
    this.type = type;
  }

  matches(selector) {
    return selector.split(', ').includes(this.type);
  }

  /** It has the focus, or is clicked. */
  happens(type) {
    const event = new Event(type);
    Object.defineProperty(event, 'target', {value: this});
    page.dispatchEvent(event);
  }
}

export function installPage(language = 'en') {
  Object.assign(globalThis, {
    localStorage: new MemoryStorage({'bookbell.language': language}),
    document: page,
    Node: PageNode,
    requestAnimationFrame: setImmediate,
  });
  Object.defineProperty(globalThis, 'navigator', {value: {languages: [language]}, configurable: true});
}
