/** @typedef {[number, number, number]} Rgb each 0–255 */

/** What WCAG asks of text, and a little more, since shades are rounded. */
const MIN_CONTRAST = 4.6;
const STEP = 0.02;

/** The least favourable of the page's grounds that accents stand on, and what stands on an accent, by theme. */
const LIGHT_THEME = {ground: '#efeade', surface: '#fffdf9', onAccent: '#ffffff', towards: /** @type {Rgb} */ ([0, 0, 0])};
const DARK_THEME = {ground: '#262a33', surface: '#1c1f26', onAccent: '#10141c', towards: /** @type {Rgb} */ ([255, 255, 255])};

let applied = '';

/**
 * Has the page wear a creator's colour: in each theme the nearest shade of it that can be read, whatever it is.
 *
 * @param {string | null} colour such as `#7a3b2e`, or null for the page's own
 */
export function applyAccent(colour) {
  if (applied === (colour ?? '')) return;
  applied = colour ?? '';
  const {style} = document.documentElement;
  for (const [name, value] of Object.entries(accentShades(colour))) {
    if (value) style.setProperty(name, value);
    else style.removeProperty(name);
  }
}

/** @param {string | null} colour @returns {Record<string, string | null>} custom properties, null for as they are */
export function accentShades(colour) {
  const day = colour && shadesForTheme(LIGHT_THEME, parseHex(colour));
  const night = colour && shadesForTheme(DARK_THEME, parseHex(colour));
  const both = (/** @type {'accent' | 'hover' | 'soft' | 'on'} */ part) => (day && night ? `light-dark(${day[part]}, ${night[part]})` : null);
  return {'--accent': both('accent'), '--accent-hover': both('hover'), '--accent-soft': both('soft'), '--on-accent': both('on')};
}

/** @param {typeof LIGHT_THEME} theme @param {Rgb} colour */
function shadesForTheme({ground, surface, onAccent, towards}, colour) {
  const softOf = (/** @type {Rgb} */ accent) => mix(parseHex(surface), accent, 0.12);
  let accent = colour;
  for (let share = 0; share <= 1 && !isReadable(accent, [parseHex(ground), softOf(accent), parseHex(onAccent)]); share += STEP)
    accent = mix(colour, towards, share);
  return {accent: hex(accent), hover: hex(mix(accent, towards, 0.18)), soft: hex(softOf(accent)), on: onAccent};
}

/** @param {Rgb} colour @param {Rgb[]} beside */
function isReadable(colour, beside) {
  return beside.every((other) => contrast(colour, other) >= MIN_CONTRAST);
}

/** As WCAG defines it. @param {Rgb} one @param {Rgb} other */
export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** @param {Rgb} colour */
function luminance(colour) {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {Rgb} from @param {Rgb} to @param {number} share @returns {Rgb} */
function mix(from, to, share) {
  return /** @type {Rgb} */ (from.map((value, part) => value + (to[part] - value) * share));
}

/** @param {string} colour @returns {Rgb} */
export function parseHex(colour) {
  return /** @type {Rgb} */ ([1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
}

/** @param {Rgb} colour */
function hex(colour) {
  return `#${colour.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}
