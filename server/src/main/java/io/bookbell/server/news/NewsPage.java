package io.bookbell.server.news;

import io.bookbell.hub.UserId;
import io.bookbell.server.outbox.OutboxItem;

/** The page that a piece of news is about. Stateless. */
public final class NewsPage {
  private NewsPage() {}

  /** Returns the path below the public URL. Who follows a book may not see the request itself. */
  public static String pathOf(OutboxItem item) {
    if (item.request() != null && !item.event().startsWith("followed")) {
      return "/requests/" + item.request();
    }
    UserId creator = item.creator();
    return creator == null ? "/" : "/creators/" + creator.value() + "/requests";
  }
}
