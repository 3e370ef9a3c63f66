package io.bookbell.server.text;

import static java.lang.Character.UnicodeScript.COMMON;
import static java.lang.Character.UnicodeScript.CYRILLIC;
import static java.lang.Character.UnicodeScript.GREEK;
import static java.lang.Character.UnicodeScript.HAN;
import static java.lang.Character.UnicodeScript.HANGUL;
import static java.lang.Character.UnicodeScript.HIRAGANA;
import static java.lang.Character.UnicodeScript.INHERITED;
import static java.lang.Character.UnicodeScript.KATAKANA;
import static java.lang.Character.UnicodeScript.LATIN;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Normalizes typed or pasted text to the form in which it is stored: composed (NFC), and without
 * control characters, overrides of the text direction and invisible characters. Stateless.
 */
public final class TextNormalizer {
  private static final Pattern LINE_ENDS = Pattern.compile("\r\n|[\r\u000B\f\u0085\u2028\u2029]");
  private static final Pattern SPACES = Pattern.compile("[ \t\n]+");
  private static final int JOINER = 0x200D;
  private static final int NON_JOINER = 0x200C;
  private static final int ZERO_WIDTH_SPACE = 0x200B;
  private static final int FLAG = 0x1F3F4;

  /** Scripts in which invisible joiners never affect letters. */
  private static final Set<UnicodeScript> WITHOUT_JOINERS =
      Set.of(LATIN, GREEK, CYRILLIC, HAN, HIRAGANA, KATAKANA, HANGUL, COMMON);

  private TextNormalizer() {}

  /** Normalizes a single line, such as a name or title; empty if nothing of it is visible. */
  public static String normalizeLine(String text) {
    String spaced = LINE_ENDS.matcher(text).replaceAll("\n");
    return emptyIfInvisible(SPACES.matcher(removeDisallowed(spaced, true)).replaceAll(" "));
  }

  /** Normalizes a text of any number of lines; empty if nothing of it is visible. */
  public static String normalizeLines(String text) {
    return emptyIfInvisible(removeDisallowed(LINE_ENDS.matcher(text).replaceAll("\n"), false));
  }

  private static String emptyIfInvisible(String text) {
    return text.codePoints().anyMatch(TextNormalizer::isVisible) ? text.strip() : "";
  }

  private static String removeDisallowed(String text, boolean oneLine) {
    var kept = new StringBuilder(text.length());
    boolean rightToLeft = text.codePoints().anyMatch(TextNormalizer::isRightToLeft);
    int before = ' ';
    boolean inFlag = false;
    for (int point : text.codePoints().toArray()) {
      inFlag = point == FLAG || (inFlag && isTag(point));
      if (inFlag || !isDisallowed(point, before, oneLine, rightToLeft)) {
        kept.appendCodePoint(point);
        before = isMark(point) ? before : point;
      }
    }
    return UnicodeNormalizer.normalize(kept, Normalizer.Form.NFC);
  }

  private static boolean isDisallowed(int point, int before, boolean oneLine, boolean rightToLeft) {
    return switch (point) {
      case '\n', '\t' -> false;
      case JOINER -> !isJoined(before) && !isEmoji(before);
      case NON_JOINER -> !isJoined(before);
      case ZERO_WIDTH_SPACE -> !ScriptRules.isWithoutSpaces(before);
      case 0x200E, 0x200F, 0x061C -> oneLine && !rightToLeft;
      default -> isAlwaysDisallowed(point) || (oneLine && changesDirection(point));
    };
  }

  /** Control characters, directional overrides, invisible formatting, tags and noncharacters. */
  private static boolean isAlwaysDisallowed(int point) {
    return Character.isISOControl(point)
        || point == 0x202D
        || point == 0x202E
        || point == 0xFEFF
        || point == 0x180E
        || (point >= 0x2060 && point <= 0x2064)
        || (point >= 0x206A && point <= 0x206F)
        || (point >= 0xFFF9 && point <= 0xFFFB)
        || (point >= 0xFDD0 && point <= 0xFDEF)
        || (point & 0xFFFE) == 0xFFFE
        || isTag(point);
  }

  private static boolean changesDirection(int point) {
    return (point >= 0x202A && point <= 0x202C)
        || (point >= 0x2066 && point <= 0x2069)
        || point == 0x00AD;
  }

  private static boolean isTag(int point) {
    return point >= 0xE0000 && point <= 0xE007F;
  }

  private static boolean isRightToLeft(int point) {
    byte direction = Character.getDirectionality(point);
    return Character.isLetter(point)
        && (direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
            || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC);
  }

  /** Whether an invisible joiner may follow the letter. */
  private static boolean isJoined(int point) {
    return Character.isLetter(point)
        && !WITHOUT_JOINERS.contains(Character.UnicodeScript.of(point));
  }

  private static boolean isEmoji(int point) {
    return point > 0x7F && (Character.isEmoji(point) || Character.isEmojiModifier(point));
  }

  private static boolean isMark(int point) {
    return UnicodeNormalizer.isMark(point) || UnicodeScript.of(point) == INHERITED;
  }

  /** Whether a character is visible on its own. */
  static boolean isVisible(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.COMBINING_SPACING_MARK ->
          false;
      default -> !isBlank(point);
    };
  }

  /** Letters and symbols without a glyph: Hangul fillers, the empty Braille pattern. */
  private static boolean isBlank(int point) {
    return point == 0x115F
        || point == 0x1160
        || point == 0x3164
        || point == 0xFFA0
        || point == 0x2800
        || (point >= 0xE0000 && point <= 0xE0FFF);
  }

  /** The first visible character of a text in compatibility form (NFKC), or an empty string. */
  public static String firstVisible(String text) {
    return text.codePoints()
        .filter(TextNormalizer::isVisible)
        .mapToObj(Character::toString)
        .findFirst()
        .map(first -> UnicodeNormalizer.normalize(first, Normalizer.Form.NFKC))
        .orElse("");
  }
}
