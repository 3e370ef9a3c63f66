package io.bookbell.server.site;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Shrinks the page's own sources when they are loaded, in place of a build step: removes comments,
 * and joins style sheets. Line numbers don't change. Stateless.
 */
final class SourceMinifier {
  /** The path of the joined style sheet. */
  static final String STYLES = "/style/page.css";

  private static final Pattern SHEET =
      Pattern.compile("[ ]*<link rel=\"stylesheet\" href=\"(/style/[^\"]+)\" />\\n");

  /**
   * Matches whole lines only, because something like a comment after code may be part of a string.
   */
  private static final Pattern COMMENT =
      Pattern.compile(
          "^[ \\t]*(?:/\\*[^*]*+\\*++(?:[^/*][^*]*+\\*++)*+/|//[^\\n]*)[ \\t]*$",
          Pattern.MULTILINE);

  private static final Pattern TYPE = Pattern.compile("/\\*\\* @type \\{[^\\n]*?\\*/ ?");

  private SourceMinifier() {}

  /** Replaces all style sheets of the page with the joined one. */
  static String withSingleStyleSheet(String page) {
    String link = "    <link rel=\"stylesheet\" href=\"%s\" />\n".formatted(STYLES);
    return SHEET.matcher(SHEET.matcher(page).replaceFirst("%%")).replaceAll("").replace("%%", link);
  }

  /** Joins the style sheets that the page names, in order. */
  static byte[] joinStyleSheets(String page, Function<String, byte[]> read) {
    var all = new ByteArrayOutputStream();
    SHEET.matcher(page).results().forEach(each -> all.writeBytes(read.apply(each.group(1))));
    return all.toByteArray();
  }

  /** Removes the comments of a module or style sheet. */
  static byte[] withoutComments(byte[] source) {
    String code =
        COMMENT.matcher(new String(source, UTF_8)).replaceAll(SourceMinifier::keepLineBreaks);
    return TYPE.matcher(code).replaceAll("").getBytes(UTF_8);
  }

  private static String keepLineBreaks(MatchResult comment) {
    return "\n".repeat((int) comment.group().chars().filter(each -> each == '\n').count());
  }
}
