package io.bookbell.server.notification;

import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.CursorPage;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.notification.NotificationService.NotificationItem;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/notifications}. */
public final class NotificationRoutes {
  private static final int MAX_IDS = 1000;

  private NotificationRoutes() {}

  public static void addRoutes(ApiRouter apiRouter, NotificationService notificationService) {
    apiRouter.get(
        "/api/notifications",
        NotificationRoutes::parsePage,
        (tx, caller, page) -> {
          var items = notificationService.listLater(tx, caller.user(), page);
          int unread = notificationService.countUnread(tx, caller.user());
          return ApiResponse.ok(NotificationList.of(items.get(), unread));
        });
    apiRouter.post(
        "/api/notifications/read",
        NotificationRoutes::parseIds,
        (tx, caller, which) ->
            ApiResponse.ok(
                new UnreadResponse(notificationService.markRead(tx, caller.user(), which))));
  }

  private static PageRequest parsePage(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    PageRequest page = queryParameters.pageRequest();
    queryParameters.requireNoErrors();
    return page;
  }

  private static Optional<Set<Long>> parseIds(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    Optional<Set<Long>> ids = jsonBody.optionalIds("ids", MAX_IDS);
    boolean all = jsonBody.optionalBoolean("all").orElse(false);
    jsonBody.checkField("ids", ids.isPresent() != all, "or all: true is required, one of the two");
    jsonBody.requireNoErrors();
    return ids;
  }

  private record NotificationList(
      List<NotificationItem> items, @Nullable String nextCursor, int unreadNotifications)
      implements CursorPage {
    static NotificationList of(ListPage<NotificationItem> page, int unread) {
      return new NotificationList(page.items(), page.nextCursor(), unread);
    }

    @Override
    public NotificationList withCursor(String cursor) {
      return new NotificationList(items, cursor, unreadNotifications);
    }
  }

  private record UnreadResponse(int unreadNotifications) {}
}
