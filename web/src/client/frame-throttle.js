/** Runs of one pace are at least so far apart, ms: faster than anybody reads, slow enough for a flood. */
const APART = 80;
/** A window that is covered draws no frames, though it counts as visible, ms. */
const NO_FRAME_FOR = 200;

/**
 * Does one thing for many calls: the first call has it done with the next frame, and those that come meanwhile cost
 * nothing. A flood of calls has it done some ten times a second.
 */
export class FrameThrottle {
  #due = false;
  #last = -Infinity;

  /** @param {() => void} action */
  constructor(action) {
    this.action = action;
  }

  request() {
    if (this.#due) return;
    this.#due = true;
    const wait = this.#last + APART - performance.now();
    if (wait > 0) setTimeout(() => this.#atNextFrame(), wait);
    else this.#atNextFrame();
  }

  #atNextFrame() {
    if (globalThis.document?.hidden !== false) return void setTimeout(() => this.#run());
    requestAnimationFrame(() => this.#run());
    setTimeout(() => this.#run(), NO_FRAME_FOR);
  }

  #run() {
    if (!this.#due) return;
    this.#due = false;
    this.#last = performance.now();
    this.action();
  }
}
