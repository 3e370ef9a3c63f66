/** The path of the public URL, under which this page is served: empty, or such as `/books`. */
export const BASE_PATH = new URL('.', import.meta.url).pathname.slice(0, -1);

/**
 * What is kept in the browser under this name belongs to one installation, though several may share an origin.
 *
 * @param {string} name
 */
export const scopedName = (name) => (BASE_PATH ? `${name}@${BASE_PATH}` : name);
