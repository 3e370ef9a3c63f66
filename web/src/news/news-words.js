import {addTranslations} from '../words/translate.js';

/** Whoever imports this module waits until the texts about news are here. */
await addTranslations({
  en: () => import('../words/news/en.js'),
  de: () => import('../words/news/de.js'),
  fr: () => import('../words/news/fr.js'),
  es: () => import('../words/news/es.js'),
  ar: () => import('../words/news/ar.js'),
  ja: () => import('../words/news/ja.js'),
});
