/**
 * Texts of views that a first view does without. Whoever imports this module waits until they are here.
 */
import {addTexts, language} from './translate.js';

/** Written out, so that whoever reads the imports of the page finds them. @type {Record<string, () => Promise<{default: import('./translate.js').Catalogue}>>} */
const CATALOGUES = {
  en: () => import('./later/en.js'),
  de: () => import('./later/de.js'),
  fr: () => import('./later/fr.js'),
  es: () => import('./later/es.js'),
  ar: () => import('./later/ar.js'),
  ja: () => import('./later/ja.js'),
};

addTexts((await CATALOGUES[language()]()).default);
