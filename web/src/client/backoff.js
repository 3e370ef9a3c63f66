/**
 * Exponential backoff with full jitter: each delay is drawn evenly from zero to a ceiling that doubles,
 * so that clients cut off together do not come back together.
 */
export class Backoff {
  #attempt = 0;

  /** @param {{base?: number, cap?: number, random?: () => number}} [options] base and cap in ms */
  constructor({base = 500, cap = 30_000, random = Math.random} = {}) {
    this.base = base;
    this.cap = cap;
    this.random = random;
  }

  /** How many delays were drawn since the last reset. */
  get attempt() {
    return this.#attempt;
  }

  /** @returns {number} the next delay in ms */
  next() {
    const ceiling = Math.min(this.cap, this.base * 2 ** this.#attempt);
    this.#attempt = Math.min(this.#attempt + 1, 30);
    return Math.round(this.random() * ceiling);
  }

  reset() {
    this.#attempt = 0;
  }
}
