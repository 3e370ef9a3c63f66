/** A row that was not seen yet is taken to be so high, px, until there is an average. */
const INITIAL_ESTIMATE = 190;

/**
 * How high the rows of a long list are and where each begins. Rows are measured as they are shown; the others count
 * as the average of those.
 */
export class RowHeights {
  /** @type {Map<number, number>} by id */
  #measured = new Map();
  #sum = 0;
  /** Where each row begins; right for the first `#valid` of them. */
  #tops = [0];
  #valid = 0;

  get #estimate() {
    return this.#measured.size ? this.#sum / this.#measured.size : INITIAL_ESTIMATE;
  }

  /** From here on the rows are others than before. @param {number} from */
  changed(from) {
    this.#valid = Math.min(this.#valid, from);
  }

  /** @param {number} id @param {number} at @param {number} height @returns {boolean} whether it is new */
  measure(id, at, height) {
    const known = this.#measured.get(id);
    if (known !== undefined && Math.abs(known - height) < 1) return false;
    this.#measured.set(id, height);
    this.#sum += height - (known ?? 0);
    this.changed(at);
    return true;
  }

  /** Where a row begins. @param {number[]} ids @param {number} at */
  top(ids, at) {
    this.#reach(ids, (valid) => valid < at);
    return this.#tops[at];
  }

  /** The row at a height. @param {number[]} ids @param {number} y */
  at(ids, y) {
    if (ids.length === 0 || y <= 0) return 0;
    this.#reach(ids, (valid, top) => valid < ids.length && top <= y);
    let low = 0;
    let high = this.#valid;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#tops[middle] <= y) low = middle;
      else high = middle - 1;
    }
    return Math.min(low, ids.length - 1);
  }

  /** Adds rows up as long as it is wanted. @param {number[]} ids @param {(valid: number, top: number) => boolean} wanted */
  #reach(ids, wanted) {
    const [measured, tops, estimate] = [this.#measured, this.#tops, this.#estimate];
    let valid = this.#valid;
    let top = tops[valid];
    while (wanted(valid, top)) {
      top += measured.get(ids[valid]) ?? estimate;
      tops[++valid] = top;
    }
    this.#valid = valid;
  }

  /** What the rows from one on are likely to take. @param {number[]} ids @param {number} from */
  rest(ids, from) {
    return Math.max(0, ids.length - from) * this.#estimate;
  }
}
