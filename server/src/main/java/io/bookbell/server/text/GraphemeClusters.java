package io.bookbell.server.text;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Characters as people see them: extended grapheme clusters, so that a family of emoji, a flag or a
 * letter with its accents is one. Stateless.
 */
public final class GraphemeClusters {
  /** Code points in one character. No script needs as many; a pile of accents has more. */
  static final int MOST_IN_ONE = 32;

  private static final Pattern CLUSTER = Pattern.compile("\\X");

  private GraphemeClusters() {}

  public static int countCharacters(String text) {
    if (isAscii(text)) {
      return text.length() - lineEnds(text);
    }
    int count = 0;
    for (Matcher cluster = CLUSTER.matcher(text); cluster.find(); ) {
      count++;
    }
    return count;
  }

  /** The beginning of a text: as much of it as a field of so many characters may hold. */
  public static String truncateText(String text, int most) {
    var first = new StringBuilder();
    Matcher cluster = CLUSTER.matcher(text);
    for (int count = 0; count < most && cluster.find(); count++) {
      if (isOversizedCluster(cluster.group())) {
        break;
      }
      first.append(cluster.group());
    }
    return first.toString().strip();
  }

  /** Whether some character is piled up of more code points than any script needs. */
  public static boolean hasOversizedCluster(String text) {
    if (text.codePointCount(0, text.length()) <= MOST_IN_ONE) {
      return false;
    }
    return CLUSTER
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .anyMatch(GraphemeClusters::isOversizedCluster);
  }

  private static boolean isOversizedCluster(String one) {
    return one.codePointCount(0, one.length()) > MOST_IN_ONE;
  }

  /**
   * How many bytes of UTF-8 a text may have that may have so many characters: enough for as many
   * families of emoji, and a bound on what is stored. The schema of PostgreSQL has the same.
   */
  public static int mostBytes(int mostCharacters) {
    return 25 * mostCharacters + 100;
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(unit -> unit < 0x80);
  }

  /** CR LF is one character. */
  private static int lineEnds(String text) {
    int count = 0;
    for (int at = text.indexOf("\r\n"); at >= 0; at = text.indexOf("\r\n", at + 2)) {
      count++;
    }
    return count;
  }
}
