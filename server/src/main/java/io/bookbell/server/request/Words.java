package io.bookbell.server.request;

import static java.lang.Character.UnicodeScript.HAN;
import static java.lang.Character.UnicodeScript.HIRAGANA;
import static java.lang.Character.UnicodeScript.KATAKANA;

import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Texts as the words by which books are found: without case, accents and punctuation. */
final class Words {
  private static final int LONGEST = 40;
  private static final int MOST = 60;
  private static final Pattern MARKS = Pattern.compile("\\p{M}+");
  private static final Pattern BETWEEN = Pattern.compile("[^\\p{L}\\p{N}]+");
  private static final Set<Character.UnicodeScript> WITHOUT_SPACES =
      Set.of(HAN, HIRAGANA, KATAKANA);

  private Words() {}

  /** The words of a text, each once. */
  static List<String> of(String text) {
    String plain =
        MARKS
            .matcher(Normalizer.normalize(text, Normalizer.Form.NFKD))
            .replaceAll("")
            .toLowerCase(Locale.ROOT);
    return BETWEEN
        .splitAsStream(plain)
        .filter(word -> !word.isEmpty())
        .map(Words::cut)
        .distinct()
        .limit(MOST)
        .toList();
  }

  /** What is stored of a text: a search finds it by the beginning of any of these. */
  static Set<String> toStore(String text) {
    var stored = new LinkedHashSet<String>();
    for (String word : of(text)) {
      stored.add(word);
      if (isWrittenWithoutSpaces(word)) {
        addEnds(word, stored);
      }
    }
    return stored;
  }

  /** Where no space says where a word begins, it may begin anywhere. */
  private static void addEnds(String word, Set<String> stored) {
    for (int from = 1; from < word.length(); from++) {
      if (!Character.isLowSurrogate(word.charAt(from))) {
        stored.add(word.substring(from));
      }
    }
  }

  static boolean isWrittenWithoutSpaces(String word) {
    return word.codePoints()
        .anyMatch(point -> WITHOUT_SPACES.contains(Character.UnicodeScript.of(point)));
  }

  /** What two requests for the same book have in common, however it was typed. */
  static String book(String title, String author) {
    return String.join(" ", of(title)) + '|' + String.join(" ", of(author));
  }

  private static String cut(String word) {
    if (word.length() <= LONGEST) {
      return word;
    }
    int end = Character.isHighSurrogate(word.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
    return word.substring(0, end);
  }
}
