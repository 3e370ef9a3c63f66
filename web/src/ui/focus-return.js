/**
 * Where the focus goes if what had it vanishes: browsers leave it to nobody then, and who uses the keyboard would begin
 * at the top of the page. It goes to the row it was in, the next row, or the heading above; and it comes back to a
 * button that could not be pressed for a moment.
 *
 * @typedef {{node: Element, siblings: Element[]}} Step an element, and what stood around it, from the inside out
 * @typedef {{element: HTMLElement, steps: Step[], above: Element | null | undefined, visible: boolean, typing: boolean, waits: boolean}} Last what had it, and the last row of the list above
 */

const ROW = 'li, .row, request-card';
/** Views that are left altogether, what floats above them, and lists that see to it themselves. */
const NOT_OURS = 'main, body, .feed--long, toast-region, undo-bar';
const TYPED_INTO = 'textarea, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])';

/** @type {Last | null} */
let last = null;

remember(document.activeElement);
document.addEventListener('focusin', ({target}) => remember(/** @type {Element} */ (target)));
document.addEventListener('pointerdown', ({target}) => last?.element.contains(/** @type {Node} */ (target)) || (last = null), {capture: true});
document.addEventListener('submit', () => last && (last.typing = false), {capture: true});
new MutationObserver(look).observe(document.body, {subtree: true, childList: true, attributeFilter: ['disabled']});

/** @param {Element | null} element */
function remember(element) {
  if (!(element instanceof HTMLElement) || element === document.body) return;
  /** @type {Step[]} */
  const steps = [];
  for (let node = /** @type {Element | null} */ (element); node && node !== document.body; node = node.parentElement)
    steps.push({node, siblings: [...(node.parentElement?.children ?? [])]});
  const above = steps[0].siblings.slice(0, steps[0].siblings.indexOf(element)).findLast((one) => one.matches('ul, ol'))?.lastElementChild;
  last = {element, steps, above, visible: element.matches(':focus-visible'), typing: element.matches(TYPED_INTO), waits: false};
}

function look() {
  if (!last) return;
  const {element, visible} = last;
  if (element.matches(':disabled')) last.waits = true;
  if (document.activeElement && document.activeElement !== document.body) return;
  if (element.isConnected) {
    if (last.waits && !element.matches(':disabled')) give(element, visible);
    return;
  }
  const next = successor(last);
  if (next) give(next, visible);
  else last = null;
}

/** @param {HTMLElement} element @param {boolean} visible whether whoever uses the keyboard is to see it */
function give(element, visible) {
  if (element.matches(':disabled')) {
    remember(element);
    if (last) Object.assign(last, {waits: true, visible});
    return;
  }
  if (element.tabIndex < 0 && !element.hasAttribute('tabindex')) element.tabIndex = -1;
  element.focus({preventScroll: !visible});
}

/** @param {Last} lost @returns {HTMLElement | null | undefined} */
function successor({steps, above, typing}) {
  const at = steps.findIndex(({node}) => node.isConnected);
  const around = steps[at]?.node;
  if (!around || around.matches(NOT_OURS)) return null;
  if (typing && around.closest('team-inbox')) return null; // the rest of a sentence is meant for nothing there
  const gone = steps.slice(0, at);
  const asking = around.closest('confirm-button');
  if (asking) return asking.querySelector('button');
  const {node, siblings} = gone[gone.length - 1];
  const fresh = [...around.children].filter((one) => !siblings.includes(one));
  const field = fresh.map((one) => /** @type {HTMLElement | null} */ (one.matches('form') ? one.querySelector('[name]') : one.querySelector('form [name]')));
  if (!typing && field.some(Boolean)) return field.find(Boolean);
  const row = /** @type {HTMLElement | null} */ (around.closest(ROW));
  if (row) return rowOf(row);
  const place = siblings.indexOf(node);
  const isList = gone.some((step) => step.node.matches(ROW));
  const near = [...siblings.slice(place + 1), ...siblings.slice(0, place).toReversed()].find((one) => one.isConnected && one.parentElement === around);
  if (isList && near) return rowOf(/** @type {HTMLElement} */ (near));
  if (!isList && above?.isConnected) return rowOf(/** @type {HTMLElement} */ (above.nextElementSibling ?? above));
  return /** @type {HTMLElement | null | undefined} */ (around.closest('section, details, form, .panel, .narrow, main')?.querySelector('h1, h2, h3, summary'));
}

/** What of a row takes the focus: a card does itself. @param {HTMLElement} row */
function rowOf(row) {
  return /** @type {HTMLElement} */ (row.querySelector(':scope > [tabindex]') ?? row);
}

export {};
