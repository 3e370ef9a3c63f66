package io.bookbell.server.text;

import java.text.Normalizer;
import java.util.Locale;

/**
 * Full Unicode case folding. All comparisons without regard to case use it, so they don't depend on
 * the database or on the locale of the machine. Stateless.
 */
public final class CaseFolding {
  private static final int CAPITAL_I_WITH_DOT = 'İ';
  private static final int SMALL_I_WITHOUT_DOT = 'ı';

  private CaseFolding() {}

  /** Folds a text to a form that is equal for texts which differ only in case; composed (NFC). */
  public static String foldCase(String text) {
    var folded = new StringBuilder(text.length());
    UnicodeNormalizer.normalize(text, Normalizer.Form.NFC)
        .codePoints()
        .forEach(point -> appendFolded(folded, point));
    return UnicodeNormalizer.normalize(folded, Normalizer.Form.NFC);
  }

  /** Whether two texts are equal except for case and composition. */
  public static boolean areEqual(String one, String other) {
    return foldCase(one).equals(foldCase(other));
  }

  /** Converts by way of the capital letter, because some small letters share only that: σ and ς. */
  private static void appendFolded(StringBuilder folded, int point) {
    if (point < 128) {
      folded.append((char) Character.toLowerCase(point)); // ASCII, which is most of most texts
      return;
    }
    switch (point) {
      case CAPITAL_I_WITH_DOT -> folded.append("i\u0307");
      case SMALL_I_WITHOUT_DOT -> folded.appendCodePoint(point);
      default ->
          Character.toString(Character.toLowerCase(point))
              .toUpperCase(Locale.ROOT)
              .codePoints()
              .map(Character::toLowerCase)
              .forEach(folded::appendCodePoint);
    }
  }
}
