import {addTranslations} from '../words/translate.js';

/** Whoever imports this module waits until the texts about Patreon and Ko-fi are here. */
await addTranslations({
  en: () => import('../words/membership/en.js'),
  de: () => import('../words/membership/de.js'),
  fr: () => import('../words/membership/fr.js'),
  es: () => import('../words/membership/es.js'),
  ar: () => import('../words/membership/ar.js'),
  ja: () => import('../words/membership/ja.js'),
});
