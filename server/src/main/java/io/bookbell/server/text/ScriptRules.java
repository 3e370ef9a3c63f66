package io.bookbell.server.text;

import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.Set;

/** What scripts differ in when words are looked for. Stateless. */
final class ScriptRules {
  /** Written without spaces between words. */
  private static final Set<UnicodeScript> WITHOUT_SPACES =
      EnumSet.of(
          UnicodeScript.HAN,
          UnicodeScript.HIRAGANA,
          UnicodeScript.KATAKANA,
          UnicodeScript.BOPOMOFO,
          UnicodeScript.YI,
          UnicodeScript.THAI,
          UnicodeScript.LAO,
          UnicodeScript.KHMER,
          UnicodeScript.MYANMAR,
          UnicodeScript.JAVANESE,
          UnicodeScript.BALINESE,
          UnicodeScript.TAI_LE,
          UnicodeScript.NEW_TAI_LUE,
          UnicodeScript.TAI_THAM,
          UnicodeScript.TAI_VIET);

  /**
   * Where a mark is an accent, a vowel point or a stress, and left out by many who type. Elsewhere,
   * as in Indic scripts, a mark is part of the letter: दिल is another word than दल.
   */
  private static final Set<UnicodeScript> WITH_ACCENTS =
      EnumSet.of(
          UnicodeScript.LATIN,
          UnicodeScript.GREEK,
          UnicodeScript.CYRILLIC,
          UnicodeScript.ARABIC,
          UnicodeScript.HEBREW,
          UnicodeScript.SYRIAC,
          UnicodeScript.COMMON);

  private ScriptRules() {}

  static boolean isWithoutSpaces(int point) {
    return WITHOUT_SPACES.contains(UnicodeScript.of(point));
  }

  static boolean hasAccents(int point) {
    return WITH_ACCENTS.contains(UnicodeScript.of(point));
  }
}
