import {addTexts, language} from '../words/translate.js';

/** The texts about Patreon and Ko-fi, which a first view does without. @type {Record<string, () => Promise<{default: import('../words/translate.js').Catalogue}>>} */
const CATALOGUES = {
  en: () => import('../words/membership/en.js'),
  de: () => import('../words/membership/de.js'),
  fr: () => import('../words/membership/fr.js'),
  es: () => import('../words/membership/es.js'),
  ar: () => import('../words/membership/ar.js'),
  ja: () => import('../words/membership/ja.js'),
};

addTexts((await CATALOGUES[language()]()).default);
