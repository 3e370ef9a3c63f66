package io.bookbell.server.notification;

import io.bookbell.server.notification.NotificationService.SubjectLookup;
import io.bookbell.server.web.ApiRequest;
import io.bookbell.server.web.ApiResponse;
import io.bookbell.server.web.ApiRouter;
import io.bookbell.server.web.JsonBody;
import io.bookbell.server.web.PageRequest;
import java.util.Optional;
import java.util.Set;

/** {@code /api/notifications}. */
public final class NotificationRoutes {
  private static final int MOST_IDS = 1000;

  private NotificationRoutes() {}

  public static void add(
      ApiRouter apiRouter, NotificationService notificationService, SubjectLookup subjectLookup) {
    apiRouter.get(
        "/api/notifications",
        NotificationRoutes::page,
        (tx, caller, page) ->
            ApiResponse.ok(notificationService.list(tx, caller.user(), page, subjectLookup)));
    apiRouter.post(
        "/api/notifications/read",
        NotificationRoutes::which,
        (tx, caller, which) ->
            ApiResponse.ok(
                new UnreadResponse(notificationService.markRead(tx, caller.user(), which))));
  }

  private static PageRequest page(ApiRequest apiRequest) {
    var queryParameters = apiRequest.query();
    PageRequest page = queryParameters.page();
    queryParameters.done();
    return page;
  }

  private static Optional<Set<Long>> which(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.body();
    Optional<Set<Long>> ids = jsonBody.optionalIds("ids", MOST_IDS);
    boolean all = jsonBody.optionalBool("all").orElse(false);
    jsonBody.check("ids", ids.isPresent() != all, "or all: true is required, one of the two");
    jsonBody.done();
    return ids;
  }

  private record UnreadResponse(int unreadNotifications) {}
}
