package io.bookbell.server.mail;

import io.bookbell.server.news.NewsWords;
import java.util.Map;

/** The content of a mail as text and as HTML, part by part. Not thread-safe. */
final class MailContent {
  private static final String STYLE =
      "font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:0 auto;padding:1em";
  private static final String BUTTON =
      "display:inline-block;padding:.6em 1.2em;border-radius:.5em;background:#2b5fd9;color:#fff;"
          + "text-decoration:none";
  private static final String SMALL = "font-size:13px;color:#666;margin:.4em 0";

  private final NewsWords words;
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder html = new StringBuilder();
  private boolean hasFooter;

  MailContent(NewsWords words) {
    this.words = words;
  }

  MailContent paragraph(String paragraph) {
    text.append(paragraph).append("\n\n");
    html.append("<p>").append(escape(paragraph)).append("</p>\n");
    return this;
  }

  /** A line that is a link by itself. */
  MailContent link(String label, String url) {
    text.append(label).append('\n').append(url).append("\n\n");
    html.append("<p><a href=\"")
        .append(escape(url))
        .append("\">")
        .append(escape(label))
        .append("</a></p>\n");
    return this;
  }

  MailContent button(String label, String url) {
    text.append(label).append(":\n").append(url).append("\n\n");
    html.append("<p><a style=\"")
        .append(BUTTON)
        .append("\" href=\"")
        .append(escape(url))
        .append("\">")
        .append(escape(label))
        .append("</a></p>\n");
    return this;
  }

  /**
   * A line below the content.
   *
   * @param label of a link behind the sentence; empty for none
   */
  MailContent footer(String sentence, String label, String url) {
    if (!hasFooter) {
      text.append("-- \n");
      html.append("<hr>\n");
      hasFooter = true;
    }
    text.append(String.join(" ", sentence, label.isEmpty() ? "" : label + ": " + url).strip())
        .append('\n');
    html.append("<p style=\"").append(SMALL).append("\">").append(escape(sentence));
    if (!label.isEmpty()) {
      html.append(" <a href=\"")
          .append(escape(url))
          .append("\">")
          .append(escape(label))
          .append("</a>");
    }
    html.append("</p>\n");
    return this;
  }

  ComposedMail toMail(String to, String subject, Map<String, String> headers) {
    String page =
        "<!doctype html>\n<html lang=\"%s\" dir=\"%s\"><meta charset=\"utf-8\"><body style=\"%s\">\n%s</body></html>\n"
            .formatted(words.language(), words.isRightToLeft() ? "rtl" : "ltr", STYLE, html);
    return new ComposedMail(to, toLine(subject), text.toString(), page, headers);
  }

  /** A line break in a title or name, such as an imported one, must not begin another header. */
  private static String toLine(String subject) {
    return subject.replaceAll("\\p{Cntrl}+", " ");
  }

  private static String escape(String plain) {
    return plain
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
