import assert from 'node:assert/strict';
import {readdirSync} from 'node:fs';
import {test} from 'node:test';

const FOLDERS = ['../../src/words/', '../../../server/src/main/resources/mail/words/'].flatMap((root) => [
  root,
  ...readdirSync(new URL(root, import.meta.url), {withFileTypes: true})
    .filter((entry) => entry.isDirectory())
    .map(({name}) => `${root}${name}/`),
]);
const OTHERS = ['de', 'fr', 'es', 'ar', 'ja'];

/** What a language's texts have another word for, or another way to address the reader. @type {Record<string, RegExp>} */
const STRAYS = {
  de: /Unterstützer|Kreativen|Benachrichtigungen|\b(Ihnen|Ihr|Ihre|Ihren)\b/,
  fr: /\b(vous|votre|vos)\b|\b(?!(?:chez|assez)\b)\p{L}+ez\b|(?<!\btu )soutiens\b|niveau|approuv/iu,
  es: /\busted|seguidores|aprueb|solicitud/i,
  ar: /مستو|مبدع|منشئ/,
  ja: /サインイン|ティア|回答|Webhook|運用者|管理者/,
};

/** @param {string} folder @param {string} language @returns {Promise<Record<string, string | Record<string, string>>>} */
const catalogue = async (folder, language) => (await import(new URL(`${folder}${language}.js`, import.meta.url).href)).default;

const forms = (/** @type {string | Record<string, string>} */ text) => (typeof text === 'string' ? [text] : Object.values(text));

for (const folder of FOLDERS) {
  const name = folder.replaceAll('../', '');

  for (const language of OTHERS) {
    test(`${name}${language}.js has one word for one thing`, async () => {
      for (const [key, text] of Object.entries(await catalogue(folder, language)))
        for (const form of forms(text)) assert.doesNotMatch(form, STRAYS[language], key);
    });
  }

  test(`${name}fr.js keeps punctuation with its word`, async () => {
    for (const [key, text] of Object.entries(await catalogue(folder, 'fr')))
      for (const form of forms(text)) {
        assert.doesNotMatch(form, / [;:!?»]|«[^\u00a0]/, key);
        assert.doesNotMatch(form, /\p{L}'\p{L}/u, key);
      }
  });
}
