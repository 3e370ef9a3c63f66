package io.bookbell.server.mail;

import io.bookbell.server.news.NewsWords;
import java.util.Map;

/**
 * The content of a mail as text and as HTML, part by part. Not thread-safe.
 *
 * <p>Some mail programs drop the style sheet, so whatever is needed to read the mail is in the
 * elements, and only colours for light and dark are in the sheet.
 */
final class MailContent {
  private static final String STYLE =
      "font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:0 auto;padding:1em;"
          + "overflow-wrap:anywhere";
  private static final String BRAND = "font-size:1em;margin:0 0 1em;opacity:.75";
  private static final String BUTTON =
      "display:inline-block;padding:.6em 1.2em;border-radius:.5em;background:#2b5fd9;color:#fff;"
          + "text-decoration:none";
  private static final String LINE = "border:0;border-top:1px solid #8a8a8a;margin:1.5em 0 1em";
  private static final String SMALL = "font-size:13px;margin:.4em 0";

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
      html.append("<hr style=\"").append(LINE).append("\">\n");
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
    String line = toLine(subject);
    String page =
        """
        <!doctype html>
        <html lang="%s" dir="%s">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="supported-color-schemes" content="light dark">
        <title>%s</title>
        <style>
        :root{color-scheme:light dark}
        body{background:#fff;color:#1c1c1e}
        a{color:#2350b8}
        @media (prefers-color-scheme:dark){
        body{background:#1c1c1e;color:#ececee}
        a{color:#9db8ff}
        }
        </style>
        </head>
        <body style="%s">
        <main>
        <h1 style="%s">Bookbell</h1>
        %s</main>
        </body>
        </html>
        """
            .formatted(
                words.language(),
                words.isRightToLeft() ? "rtl" : "ltr",
                escape(line),
                STYLE,
                BRAND,
                html);
    return new ComposedMail(to, line, text.toString(), page, headers);
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
