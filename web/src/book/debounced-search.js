import {truncateSearch} from '../ui/text-limits.js';

/** Typing that has paused for so long is looked up, ms. */
const PAUSE = 250;

/**
 * Looks up what is typed, as far as it fits: after a pause, and only the answer to the newest text counts.
 *
 * @template T
 */
export class DebouncedSearch {
  #turn = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;

  /** @param {(text: string) => Promise<T>} fetch @param {(found: T) => void} found */
  constructor(fetch, found) {
    this.fetch = fetch;
    this.found = found;
  }

  /** @param {string} text */
  schedule(text) {
    this.cancel();
    this.#pause = setTimeout(() => this.run(text), PAUSE);
  }

  /** @param {string} text */
  async run(text) {
    this.cancel();
    const turn = this.#turn;
    const found = await this.fetch(truncateSearch(text)).catch(() => undefined);
    if (found !== undefined && turn === this.#turn) this.found(found);
  }

  /** What is under way counts no more. */
  cancel() {
    clearTimeout(this.#pause);
    this.#turn++;
  }
}
