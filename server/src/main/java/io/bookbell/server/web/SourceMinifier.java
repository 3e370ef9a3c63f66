package io.bookbell.server.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Makes the page's own sources smaller before they are sent, in place of a build step: their
 * comments are left out, and the style sheets are sent as one. Line numbers stay. Stateless.
 */
final class SourceMinifier {
  /** All style sheets of the page, in their order. */
  static final String STYLES = "/style/page.css";

  private static final Pattern SHEET =
      Pattern.compile("[ ]*<link rel=\"stylesheet\" href=\"(/style/[^\"]+)\" />\\n");

  /** Whole lines only: what looks like a comment behind code may be a part of a text. */
  private static final Pattern COMMENT =
      Pattern.compile(
          "^[ \\t]*(?:/\\*[^*]*+\\*++(?:[^/*][^*]*+\\*++)*+/|//[^\\n]*)[ \\t]*$",
          Pattern.MULTILINE);

  private static final Pattern TYPE = Pattern.compile("/\\*\\* @type \\{[^\\n]*?\\*/ ?");

  private SourceMinifier() {}

  /** The page with one style sheet in place of all that it names. */
  static String withSingleStyleSheet(String page) {
    String link = "    <link rel=\"stylesheet\" href=\"%s\" />\n".formatted(STYLES);
    return SHEET.matcher(SHEET.matcher(page).replaceFirst("%%")).replaceAll("").replace("%%", link);
  }

  /** Those that the page names, one after the other. */
  static byte[] joinStyleSheets(String page, Function<String, byte[]> read) {
    var all = new ByteArrayOutputStream();
    SHEET.matcher(page).results().forEach(each -> all.writeBytes(read.apply(each.group(1))));
    return all.toByteArray();
  }

  /** A module or style sheet without its comments. */
  static byte[] withoutComments(byte[] source) {
    String code =
        COMMENT.matcher(new String(source, UTF_8)).replaceAll(SourceMinifier::keepLineBreaks);
    return TYPE.matcher(code).replaceAll("").getBytes(UTF_8);
  }

  private static String keepLineBreaks(MatchResult comment) {
    return "\n".repeat((int) comment.group().chars().filter(each -> each == '\n').count());
  }
}
