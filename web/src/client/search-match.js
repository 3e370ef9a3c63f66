/**
 * Whether the server's search would find a text: for what is new since it was asked. The server compares words and
 * their beginnings; here any part of a text will do, which finds as much and hardly more.
 */

const APOSTROPHES = /[’‘‛ʼʻʹʾʿ′`´ˈ\u1FBD\u1FBF\uA78C\uFF07\u05F3]/g;
const ACCENTS = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Nd}])\p{M}+/gu;
const SEPARATORS = /[^\p{L}\p{N}\p{M}\p{So}+#]+/gu;
const ISBN = /(?:97[89][\s\p{Pd}]?)?(?:\d[\s\p{Pd}]?){9}[\dx]/gu;

/** Letters that are no other letter with a mark, but typed as one by those who lack them. @type {Record<string, string>} */
const BASE_LETTERS = {æ: 'ae', œ: 'oe', ø: 'o', ð: 'd', đ: 'd', þ: 'th', ł: 'l', ħ: 'h', ŧ: 't', ı: 'i', ς: 'σ', ك: 'ک', ي: 'ی', ى: 'ی', ة: 'ه', ـ: ''};

/** Without case, accents and what nobody sees, whatever the language of the page. @param {string} text */
function normalize(text) {
  const folded = text.replace(APOSTROPHES, "'").normalize('NFKC').toLowerCase().toUpperCase().toLowerCase();
  const bare = folded
    .normalize('NFKD')
    .replace(/[\p{Cf}\uFE00-\uFE0F]/gu, '')
    .replace(ACCENTS, '$1')
    .normalize('NFC');
  return [...bare].map((letter) => BASE_LETTERS[letter] ?? letter).join('');
}

/** An ISBN of ten digits as what it has in common with that of thirteen. @param {string} text in normal form */
const withIsbns = (text) =>
  text.replace(
    ISBN,
    (isbn) =>
      ` ${isbn
        .replace(/[^\dx]/g, '')
        .replace(/^97[89](?=.{10}$)/, '')
        .slice(0, 9)} `,
  );

/** @param {(string | null | undefined)[]} texts @param {string} sought */
export function matchesSearch(texts, sought) {
  const whole = texts.map((text) => withIsbns(normalize(text ?? '')).replace(SEPARATORS, ' ')).join('\n');
  const joined = texts.map((text) => normalize(text ?? '').replace(SEPARATORS, '')).join('\n');
  const words = withIsbns(normalize(sought)).split(SEPARATORS).filter(Boolean);
  return words.length > 0 && words.every((word) => whole.includes(word) || joined.includes(word));
}
