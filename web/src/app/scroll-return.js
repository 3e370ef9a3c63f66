/** Lists come later than their view; after this time, nobody waits for more, ms. */
const RETURN_TIMEOUT = 5_000;

let end = () => {};

/** Scrolls to where the page was left, as soon as it's long enough again, unless the reader does something before. @param {number} top */
export function scrollBackTo(top) {
  end();
  const ended = new AbortController();
  const {signal} = ended;
  const attempt = () => {
    scrollTo({top, behavior: 'instant'});
    if (Math.abs(scrollY - top) < 2) end();
  };
  const observer = new ResizeObserver(attempt);
  const timer = setTimeout(() => end(), RETURN_TIMEOUT);
  end = () => {
    ended.abort();
    observer.disconnect();
    clearTimeout(timer);
  };
  for (const event of ['wheel', 'touchstart', 'pointerdown', 'keydown', 'popstate'])
    addEventListener(event, () => end(), {signal, passive: true, capture: true});
  document.addEventListener('click', () => end(), {signal, capture: true}); // on a link that leads on
  observer.observe(document.body);
}
