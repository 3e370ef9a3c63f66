package io.bookbell.server.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts and truncates text by extended grapheme clusters, the characters that people see: an emoji
 * of a family, a flag or an accented letter is one. Stateless.
 */
public final class GraphemeClusters {
  /**
   * The largest number of code points in one cluster. No script needs that many; stacked accents
   * have more.
   */
  static final int MAX_CODE_POINTS_PER_CLUSTER = 32;

  private static final String ELLIPSIS = "…";
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

  /** Truncates a text to this many clusters, so that it fits in a field of that length. */
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

  /**
   * Shortens a text between clusters to this many UTF-16 units, and ends it with … if something is
   * missing.
   */
  public static String shorten(String text, int most) {
    return shorten(text, most, UnaryOperator.identity());
  }

  /**
   * Like {@link #shorten(String, int)}, and returns the text in its escaped form, which has at most
   * this many UTF-16 units.
   *
   * @param escape what becomes of a piece of the text, whatever is next to it
   */
  public static String shorten(String text, int most, UnaryOperator<String> escape) {
    return shorten(text, most, escape, String::length);
  }

  /** Like {@link #shorten(String, int)}, to this many bytes in UTF-8. */
  public static String shortenToBytes(String text, int most) {
    return shorten(text, most, UnaryOperator.identity(), part -> part.getBytes(UTF_8).length);
  }

  private static String shorten(
      String text, int most, UnaryOperator<String> escape, ToIntFunction<String> measure) {
    String whole = escape.apply(text);
    if (measure.applyAsInt(whole) <= most) {
      return whole;
    }
    int room = most - measure.applyAsInt(ELLIPSIS);
    var start = new StringBuilder();
    Matcher cluster = CLUSTER.matcher(text);
    while (cluster.find()) {
      String next = escape.apply(cluster.group());
      room -= measure.applyAsInt(next);
      if (room < 0) {
        break;
      }
      start.append(next);
    }
    return start.append(ELLIPSIS).toString();
  }

  /** Whether some cluster has more code points than any script needs. */
  public static boolean hasOversizedCluster(String text) {
    if (text.codePointCount(0, text.length()) <= MAX_CODE_POINTS_PER_CLUSTER) {
      return false;
    }
    return CLUSTER
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .anyMatch(GraphemeClusters::isOversizedCluster);
  }

  private static boolean isOversizedCluster(String one) {
    return one.codePointCount(0, one.length()) > MAX_CODE_POINTS_PER_CLUSTER;
  }

  /**
   * The largest number of UTF-8 bytes in a text with this many clusters. It allows for as many
   * emoji families, and bounds what is stored. Columns in PostgreSQL use the same formula, in
   * characters.
   */
  public static int mostBytes(int mostCharacters) {
    return 25 * mostCharacters + 100;
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(unit -> unit < 0x80);
  }

  /** The number of CR LF pairs, each of which is one cluster. */
  private static int lineEnds(String text) {
    int count = 0;
    for (int at = text.indexOf("\r\n"); at >= 0; at = text.indexOf("\r\n", at + 2)) {
      count++;
    }
    return count;
  }
}
