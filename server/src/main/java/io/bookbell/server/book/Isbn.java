package io.bookbell.server.book;

import java.util.Locale;

/** International standard book numbers, of ten digits and of thirteen. */
final class Isbn {
  private Isbn() {}

  /** Without hyphens and spaces. */
  static String plain(String text) {
    return text.replaceAll("[\\s\\p{Pd}]", "").toUpperCase(Locale.ROOT);
  }

  /** Whether the plain form has the right length and its last digit agrees with the others. */
  static boolean isValid(String plain) {
    return switch (plain.length()) {
      case 10 -> plain.matches("\\d{9}[\\dX]") && sumOf10(plain) % 11 == 0;
      case 13 -> plain.matches("97[89]\\d{10}") && sumOf13(plain) % 10 == 0;
      default -> false;
    };
  }

  private static int sumOf10(String digits) {
    int sum = 0;
    for (int place = 0; place < 10; place++) {
      char digit = digits.charAt(place);
      sum += (10 - place) * (digit == 'X' ? 10 : digit - '0');
    }
    return sum;
  }

  private static int sumOf13(String digits) {
    int sum = 0;
    for (int place = 0; place < 13; place++) {
      sum += (place % 2 == 0 ? 1 : 3) * (digits.charAt(place) - '0');
    }
    return sum;
  }
}
