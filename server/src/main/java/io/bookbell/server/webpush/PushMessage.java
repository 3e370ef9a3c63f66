package io.bookbell.server.webpush;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.json.Json;
import io.bookbell.server.news.NewsPage;
import io.bookbell.server.news.NewsWords;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.OutboxItem;
import io.bookbell.server.text.GraphemeClusters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a browser shows about news, in one notification.
 *
 * @param page the path that it leads to, below the public URL
 * @param topic while the browser is offline, a later message of the same topic replaces this one
 */
record PushMessage(String title, String body, String page, String topic) {
  /** So that the message fits into one record even if each character has four bytes. */
  private static final int MAX_BODY_LENGTH = 600;

  private static final int SHORT_BODY = 80;
  private static final int SENTENCES_SHOWN = 4;
  private static final String APPLICATION = "Bookbell";

  /** Composes the message about one or several pieces of news. */
  static PushMessage of(List<OutboxItem> items, NewsWords words) {
    OutboxItem first = items.getFirst();
    if (items.size() == 1) {
      Long request = first.request();
      String topic = request == null ? "news" : "request-" + request;
      return new PushMessage(APPLICATION, sentence(first, words), NewsPage.pathOf(first), topic);
    }
    String sentences =
        items.stream()
            .limit(SENTENCES_SHOWN)
            .map(item -> sentence(item, words))
            .collect(Collectors.joining("\n"));
    String title = words.text("news.several", Map.of("count", Integer.toString(items.size())));
    return new PushMessage(title, sentences, commonPage(items), "several");
  }

  private static String commonPage(List<OutboxItem> items) {
    List<String> pages = items.stream().map(NewsPage::pathOf).distinct().toList();
    return pages.size() == 1 ? pages.getFirst() : "/";
  }

  private static String sentence(OutboxItem item, NewsWords words) {
    return words.sentence(NewsBody.parse(item.body()));
  }

  /** The same message for push services that take less. */
  PushMessage shortened() {
    return new PushMessage(title, GraphemeClusters.shorten(body, SHORT_BODY), page, topic);
  }

  /**
   * Returns the message as the service worker reads it.
   *
   * @param basePath the path of the public URL
   */
  byte[] encode(String basePath) {
    var content = new LinkedHashMap<String, Object>();
    content.put("title", title);
    content.put("body", GraphemeClusters.shorten(body, MAX_BODY_LENGTH));
    content.put("href", basePath + page);
    return Json.writeAsString(content).getBytes(UTF_8);
  }
}
