package io.bookbell.server.text;

import java.text.Normalizer;
import java.util.Locale;

/**
 * Unicode's full case folding: the one way in which texts are compared without regard to case, on
 * every database and under every locale of the machine. Stateless.
 */
public final class CaseFolding {
  private static final int CAPITAL_I_WITH_DOT = 'İ';
  private static final int SMALL_I_WITHOUT_DOT = 'ı';

  private CaseFolding() {}

  /** The text in the form that is equal for texts that differ only in case; composed (NFC). */
  public static String foldCase(String text) {
    var folded = new StringBuilder(text.length());
    Normalizer.normalize(text, Normalizer.Form.NFC)
        .codePoints()
        .forEach(point -> appendFolded(folded, point));
    return Normalizer.normalize(folded, Normalizer.Form.NFC);
  }

  /** Whether two texts are the same but for case and composition. */
  public static boolean areEqual(String one, String other) {
    return foldCase(one).equals(foldCase(other));
  }

  /** By way of the capital letters, as some small letters have but those in common: σ and ς. */
  private static void appendFolded(StringBuilder folded, int point) {
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
