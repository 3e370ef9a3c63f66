package io.bookbell.server.text;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/** Validates and converts ISBNs of ten and thirteen digits. Stateless. */
public final class Isbn {
  private static final String BOOKLAND = "978";

  private Isbn() {}

  /** Removes hyphens and spaces, and converts digits to ASCII. */
  public static String stripSeparators(String text) {
    return UnicodeNormalizer.normalize(text, Normalizer.Form.NFKC)
        .replaceAll("[\\s\\p{Z}\\p{Pd}\\p{Cf}−]", "")
        .toUpperCase(Locale.ROOT);
  }

  /** Converts a valid ISBN of either length to ISBN-13; empty if it is invalid. */
  public static Optional<String> toIsbn13(String text) {
    String plain = stripSeparators(text);
    if (!isValid(plain)) {
      return Optional.empty();
    }
    if (plain.length() == 13) {
      return Optional.of(plain);
    }
    String digits = BOOKLAND + plain.substring(0, 9);
    return Optional.of(digits + (10 - sumOf13(digits) % 10) % 10);
  }

  /** Converts an ISBN-13 to ISBN-10; empty if it has none because its prefix isn't 978. */
  static Optional<String> toIsbn10(String thirteen) {
    if (!thirteen.startsWith(BOOKLAND)) {
      return Optional.empty();
    }
    String digits = thirteen.substring(3, 12);
    int last = (11 - sumOf10(digits) % 11) % 11;
    return Optional.of(digits + (last == 10 ? "X" : Integer.toString(last)));
  }

  /** Whether a number without separators has a valid length and check digit. */
  public static boolean isValid(String plain) {
    return switch (plain.length()) {
      case 10 -> plain.matches("\\d{9}[\\dX]") && sumOf10(plain) % 11 == 0;
      case 13 -> plain.matches("97[89]\\d{10}") && sumOf13(plain) % 10 == 0;
      default -> false;
    };
  }

  private static int sumOf10(String digits) {
    int sum = 0;
    for (int place = 0; place < digits.length(); place++) {
      char digit = digits.charAt(place);
      sum += (10 - place) * (digit == 'X' ? 10 : digit - '0');
    }
    return sum;
  }

  private static int sumOf13(String digits) {
    int sum = 0;
    for (int place = 0; place < digits.length(); place++) {
      sum += (place % 2 == 0 ? 1 : 3) * (digits.charAt(place) - '0');
    }
    return sum;
  }
}
