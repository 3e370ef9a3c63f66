/**
 * A module that a first view can do without. Elements that it defines stand empty in the page until it has come.
 *
 * @param {() => Promise<unknown>} load
 * @returns {() => void} has it loaded, if it is not; one that did not come is asked for again the next time
 */
export function lazyModule(load) {
  /** @type {Promise<unknown> | undefined} */
  let loading;
  return () => {
    loading ??= load().catch(() => (loading = undefined));
  };
}
