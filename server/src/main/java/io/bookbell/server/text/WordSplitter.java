package io.bookbell.server.text;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Splits a text into words in a normalized form for comparison. Confined to one thread. */
final class WordSplitter {
  /** Characters typed as an apostrophe, some of which Unicode classifies as letters. */
  private static final Pattern APOSTROPHES =
      Pattern.compile("[’‘‛ʼʻʹʾʿ′`´ˈ\u1FBD\u1FBF\uA78C\uFF07\u05F3]");

  private static final Pattern BADGES = Pattern.compile("[™℠®©]");

  /** Letters that don't decompose into a letter and a mark, with their usual replacements. */
  private static final Map<Integer, String> PLAIN_LETTERS =
      Map.ofEntries(
          Map.entry((int) 'æ', "ae"),
          Map.entry((int) 'œ', "oe"),
          Map.entry((int) 'ø', "o"),
          Map.entry((int) 'ð', "d"),
          Map.entry((int) 'đ', "d"),
          Map.entry((int) 'þ', "th"),
          Map.entry((int) 'ł', "l"),
          Map.entry((int) 'ħ', "h"),
          Map.entry((int) 'ŧ', "t"),
          Map.entry((int) 'ı', "i"),
          Map.entry((int) 'ك', "ک"),
          Map.entry((int) 'ي', "ی"),
          Map.entry((int) 'ى', "ی"),
          Map.entry((int) 'ة', "ه"),
          Map.entry((int) 'ـ', ""));

  private final List<Word> words = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  private final StringBuilder symbols = new StringBuilder();
  private boolean unspaced;
  private boolean joined;
  private boolean apart;

  private WordSplitter() {}

  /**
   * A word.
   *
   * @param text the normalized word
   * @param symbols the symbols that follow and distinguish it, as in C++ and C#
   * @param unspaced whether its script is written without spaces, so it may be several words
   * @param joined whether only a connector, such as a hyphen, apostrophe or full stop, separates it
   *     from the previous word
   * @param apart whether anything other than spaces and connectors separates it from the previous
   *     word
   */
  record Word(String text, String symbols, boolean unspaced, boolean joined, boolean apart) {}

  static List<Word> splitWords(String text) {
    var splitter = new WordSplitter();
    normalizeText(text).codePoints().forEach(splitter::acceptCodePoint);
    splitter.endWord();
    return splitter.words;
  }

  private static String normalizeText(String text) {
    if (text.chars().allMatch(c -> c < 128)) {
      return text.replace('`', '\'').toLowerCase(Locale.ROOT); // there is nothing else in ASCII
    }
    String marked = APOSTROPHES.matcher(text).replaceAll("'");
    String compatible =
        UnicodeNormalizer.normalize(BADGES.matcher(marked).replaceAll(""), Normalizer.Form.NFKC);
    String apart =
        UnicodeNormalizer.normalize(CaseFolding.foldCase(compatible), Normalizer.Form.NFKD);
    var plain = new StringBuilder(apart.length());
    int letter = ' ';
    for (int point : apart.codePoints().toArray()) {
      if (!UnicodeNormalizer.isMark(point)) {
        letter = point;
        plain.append(plainLetter(point));
      } else if (!ScriptRules.hasAccents(letter) && !isInvisible(point)) {
        plain.appendCodePoint(point);
      }
    }
    return UnicodeNormalizer.normalize(plain, Normalizer.Form.NFC);
  }

  private static String plainLetter(int point) {
    int digit = Character.digit(point, 10);
    if (digit >= 0) {
      return Integer.toString(digit);
    }
    return PLAIN_LETTERS.getOrDefault(point, Character.toString(point));
  }

  private void acceptCodePoint(int point) {
    if (isInvisible(point)) {
      return;
    }
    if (isWordPart(point)) {
      boolean without =
          (UnicodeNormalizer.isMark(point) || isCommonLetter(point)) ? unspaced : isUnspaced(point);
      if (!symbols.isEmpty() || (!word.isEmpty() && without != unspaced)) {
        endWord();
        joined = true;
      }
      unspaced = without;
      word.appendCodePoint(point);
    } else if ((point == '+' || point == '#') && !word.isEmpty() && !unspaced) {
      symbols.appendCodePoint(point);
    } else {
      handleSeparator(point);
    }
  }

  private void handleSeparator(int point) {
    boolean wasWord = !word.isEmpty();
    endWord();
    if (Character.getType(point) == Character.OTHER_SYMBOL) {
      words.add(new Word(Character.toString(point), "", false, false, true));
      joined = false;
      apart = true;
    } else if (isConnector(point)) {
      joined = wasWord;
    } else {
      joined = false;
      apart |= !Character.isWhitespace(point) && !Character.isSpaceChar(point);
    }
  }

  private void endWord() {
    if (!word.isEmpty()) {
      words.add(new Word(word.toString(), symbols.toString(), unspaced, joined, apart));
      word.setLength(0);
      symbols.setLength(0);
      joined = false;
      apart = false;
      unspaced = false;
    }
  }

  private static boolean isUnspaced(int point) {
    return ScriptRules.isWithoutSpaces(point);
  }

  /** Letters shared by several scripts, such as the prolonged sound mark in Japanese. */
  private static boolean isCommonLetter(int point) {
    return Character.getType(point) == Character.MODIFIER_LETTER
        && Character.UnicodeScript.of(point) == Character.UnicodeScript.COMMON;
  }

  private static boolean isWordPart(int point) {
    return switch (Character.getType(point)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      default -> Character.isLetter(point) || UnicodeNormalizer.isMark(point);
    };
  }

  /** Joiners, non-joiners and variation selectors. */
  private static boolean isInvisible(int point) {
    return Character.getType(point) == Character.FORMAT
        || (point >= 0xFE00 && point <= 0xFE0F)
        || (point >= 0xE0100 && point <= 0xE01EF)
        || point == 0x034F;
  }

  private static boolean isConnector(int point) {
    return point == '\''
        || point == '.'
        || point == '_'
        || point == '·'
        || point == '・'
        || Character.getType(point) == Character.DASH_PUNCTUATION;
  }
}
