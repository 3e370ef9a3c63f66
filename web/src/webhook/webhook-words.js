import {addTranslations} from '../words/translate.js';

/** Whoever imports this module waits until the texts about webhooks are here. */
await addTranslations({
  en: () => import('../words/webhook/en.js'),
  de: () => import('../words/webhook/de.js'),
  fr: () => import('../words/webhook/fr.js'),
  es: () => import('../words/webhook/es.js'),
  ar: () => import('../words/webhook/ar.js'),
  ja: () => import('../words/webhook/ja.js'),
});
