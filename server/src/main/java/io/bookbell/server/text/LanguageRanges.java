package io.bookbell.server.text;

import java.util.List;
import java.util.Locale.LanguageRange;

/** Reads the {@code Accept-Language} header. Stateless. */
public final class LanguageRanges {
  /** In characters. Parsing takes quadratic time, and headers may have many kilobytes. */
  private static final int MAX_LENGTH = 200;

  private LanguageRanges() {}

  /**
   * Returns the languages of a header, the preferred one first; none if it isn't a list of
   * languages. Of a very long header only the beginning counts.
   */
  public static List<LanguageRange> parse(String header) {
    try {
      return LanguageRange.parse(cutHeader(header));
    } catch (IllegalArgumentException e) { // not a list of languages
      return List.of();
    }
  }

  /** Cuts between two languages. */
  private static String cutHeader(String header) {
    return header.length() <= MAX_LENGTH
        ? header
        : header.substring(0, Math.max(0, header.lastIndexOf(',', MAX_LENGTH)));
  }
}
