import {addTranslations} from './translate.js';

/** Whoever imports this module waits until the texts are here that a first view does without. */
await addTranslations({
  en: () => import('./later/en.js'),
  de: () => import('./later/de.js'),
  fr: () => import('./later/fr.js'),
  es: () => import('./later/es.js'),
  ar: () => import('./later/ar.js'),
  ja: () => import('./later/ja.js'),
});
