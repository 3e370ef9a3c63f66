package io.bookbell.server.text;

import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.Set;

/** The properties of scripts that matter for word search. Stateless. */
final class ScriptRules {
  /** Scripts written without spaces between words. */
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
   * Scripts in which a mark is an accent, a vowel point or a stress, and often omitted in typing.
   * In others, such as Indic scripts, a mark is part of the letter: दिल and दल are different words.
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
