/** What a template stands for, without a document: its markup, and what its buttons do. */

/** The templates in a value that is drawn, from the outside in. @param {any} part @returns {any[]} */
function templatesOf(part) {
  if (Array.isArray(part)) return part.flatMap(templatesOf);
  if (part?._$litDirective$) return Array.isArray(part.values[0]) ? templatesOf(part.values[0].map(part.values.at(-1))) : templatesOf([...part.values]); // repeated for each item, or kept
  return part?.strings ? [part, ...templatesOf(part.values)] : [];
}

/** @param {any} part */
export const markup = (part) =>
  templatesOf(part)
    .map(({strings, values}) => strings.reduce((before, after, at) => before + (typeof values[at - 1] === 'string' ? values[at - 1] : '') + after))
    .join('');

/** Presses the first button with this test id. @param {any} element what draws it @param {string} testid */
export const press = (element, testid) => call(element, `data-testid="${testid}"`);

/** Confirms what the first button that asks before it does something asks. @param {any} element what draws it @param {string} testid */
export const confirm = (element, testid) => call(element, `<confirm-button testid="${testid}"`);

/** Calls the first listener behind some text. @param {any} element @param {string} text */
function call(element, text) {
  const isThere = (/** @type {string} */ one) => one.includes(text);
  const {strings, values} = templatesOf(element.render()).find((one) => one.strings.some(isThere));
  const listener = values.slice(strings.findIndex(isThere)).find((/** @type {unknown} */ value) => typeof value === 'function');
  return listener.call(element, {});
}
