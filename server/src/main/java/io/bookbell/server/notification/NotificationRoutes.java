package io.bookbell.server.notification;

import io.bookbell.server.notification.Notifications.Subjects;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Body;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.PageRequest;
import java.util.Optional;
import java.util.Set;

/** {@code /api/notifications}. */
public final class NotificationRoutes {
  private static final int MOST_IDS = 1000;

  private NotificationRoutes() {}

  public static void add(Api api, Notifications notifications, Subjects subjects) {
    api.get(
        "/api/notifications",
        NotificationRoutes::page,
        (tx, caller, page) -> Answer.ok(notifications.list(tx, caller.user(), page, subjects)));
    api.post(
        "/api/notifications/read",
        NotificationRoutes::which,
        (tx, caller, which) ->
            Answer.ok(new Unread(notifications.markRead(tx, caller.user(), which))));
  }

  private static PageRequest page(Call call) {
    var query = call.query();
    PageRequest page = query.page();
    query.done();
    return page;
  }

  private static Optional<Set<Long>> which(Call call) {
    Body body = call.body();
    Optional<Set<Long>> ids = body.optionalIds("ids", MOST_IDS);
    boolean all = body.optionalBool("all").orElse(false);
    body.check("ids", ids.isPresent() != all, "or all: true is required, one of the two");
    body.done();
    return ids;
  }

  private record Unread(int unreadNotifications) {}
}
