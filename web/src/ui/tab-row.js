/** Moves a row of tabs that is too wide for the screen so that the current one is seen whole. @param {Element | null | undefined} row */
export async function scrollToCurrentTab(row) {
  await new Promise(requestAnimationFrame);
  const current = row?.querySelector('[aria-current=page]');
  if (!row || !current) return;
  const frame = row.getBoundingClientRect();
  const {left, right} = current.getBoundingClientRect();
  row.scrollLeft += Math.max(0, right - frame.right) - Math.max(0, frame.left - left);
}
