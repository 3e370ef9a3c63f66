package io.bookbell.server.text;

import java.text.Normalizer;
import java.text.Normalizer.Form;

/**
 * Unicode normalization whose cost is proportional to the length of the text.
 *
 * <p>{@link Normalizer} sorts the combining marks after a letter in quadratic time, so that a few
 * hundred kilobytes of marks would block a thread for minutes. Marks beyond {@link #MAX_MARKS} in a
 * row are dropped first, like those beyond 30 in the stream-safe format of UAX #15. Enough of them
 * remain for {@link GraphemeClusters#hasOversizedCluster} to reject the text. Stateless.
 */
final class UnicodeNormalizer {
  /** The largest number of combining marks in a row that is kept. */
  static final int MAX_MARKS = 2 * GraphemeClusters.MAX_CODE_POINTS_PER_CLUSTER;

  private UnicodeNormalizer() {}

  static String normalize(CharSequence text, Form form) {
    return Normalizer.normalize(dropExcessMarks(text), form);
  }

  private static CharSequence dropExcessMarks(CharSequence text) {
    if (text.length() <= MAX_MARKS) {
      return text;
    }
    var kept = new StringBuilder(text.length());
    int marks = 0;
    for (int at = 0; at < text.length(); ) {
      int point = Character.codePointAt(text, at);
      marks = isMark(point) ? marks + 1 : 0;
      if (marks <= MAX_MARKS) {
        kept.appendCodePoint(point);
      }
      at += Character.charCount(point);
    }
    return kept;
  }

  /** Whether a code point is a combining mark. */
  static boolean isMark(int point) {
    int type = Character.getType(point);
    return type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.COMBINING_SPACING_MARK;
  }
}
