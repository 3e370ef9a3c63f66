package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.web.ApiRequest;
import io.bookbell.server.web.ApiResponse;
import io.bookbell.server.web.ApiRouter;
import io.bookbell.server.web.PageRequest;
import io.bookbell.server.web.RateLimit;

/** {@code /api/book-requests}: what was asked for already, and following it. */
public final class FollowRoutes {
  private static final int LONGEST_TEXT = 600;

  private FollowRoutes() {}

  /** To be added before the routes that have an id in the same place. */
  public static void add(ApiRouter apiRouter, AskedBookService asked, FollowService followService) {
    apiRouter.get(
        "/api/book-requests/asked",
        FollowRoutes::search,
        (tx, caller, wanted) ->
            ApiResponse.ok(asked.find(tx, caller.user(), wanted.creator, wanted.text)));
    apiRouter.get(
        "/api/book-requests/following",
        FollowRoutes::page,
        (tx, caller, page) -> ApiResponse.ok(asked.followed(tx, caller.user(), page)));
    apiRouter.post(
        "/api/book-requests/:id/follow",
        RateLimit.FOLLOW,
        FollowRoutes::which,
        (tx, caller, id) -> ApiResponse.ok(followService.follow(tx, caller.user(), id)));
    apiRouter.delete(
        "/api/book-requests/:id/follow",
        apiRequest -> apiRequest.pathId("id"),
        (tx, caller, id) -> {
          followService.unfollow(tx, caller.user(), id);
          return ApiResponse.noContent();
        });
  }

  private static AskedBookQuery search(ApiRequest apiRequest) {
    var queryParameters = apiRequest.query();
    var wanted =
        new AskedBookQuery(
            queryParameters.userId("creator_id"),
            queryParameters.optionalText("q", LONGEST_TEXT).orElse(""));
    queryParameters.done();
    return wanted;
  }

  private static PageRequest page(ApiRequest apiRequest) {
    var queryParameters = apiRequest.query();
    PageRequest page = queryParameters.page();
    queryParameters.done();
    return page;
  }

  private static long which(ApiRequest apiRequest) {
    long id = apiRequest.pathId("id");
    apiRequest.body().done();
    return id;
  }

  private record AskedBookQuery(UserId creator, String text) {}
}
