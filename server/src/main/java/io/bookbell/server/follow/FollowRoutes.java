package io.bookbell.server.follow;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.request.RequestedBookService;

/** {@code /api/book-requests}: searching for requested books and following requests. */
public final class FollowRoutes {
  private static final int MAX_TEXT_LENGTH = 600;

  private FollowRoutes() {}

  /**
   * Adds the routes. Must be called before routes with an id in the same path segment are added.
   */
  public static void addRoutes(
      ApiRouter apiRouter, RequestedBookService requestedBooks, FollowService followService) {
    apiRouter.get(
        "/api/book-requests/asked",
        FollowRoutes::parseSearch,
        (tx, caller, wanted) ->
            ApiResponse.ok(
                requestedBooks.searchBooks(tx, caller.user(), wanted.creator, wanted.text)));
    apiRouter.get(
        "/api/book-requests/following",
        FollowRoutes::parsePage,
        (tx, caller, page) -> ApiResponse.ok(requestedBooks.listFollowed(tx, caller.user(), page)));
    apiRouter.post(
        "/api/book-requests/:id/follow",
        RateLimit.FOLLOW,
        FollowRoutes::parseRequestId,
        (tx, caller, id) -> ApiResponse.ok(followService.followRequest(tx, caller.user(), id)));
    apiRouter.delete(
        "/api/book-requests/:id/follow",
        apiRequest -> apiRequest.pathId("id"),
        (tx, caller, id) -> {
          followService.unfollowRequest(tx, caller.user(), id);
          return ApiResponse.noContent();
        });
  }

  private static AskedBookQuery parseSearch(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    var wanted =
        new AskedBookQuery(
            queryParameters.requiredUserId("creator_id"),
            queryParameters.optionalText("q", MAX_TEXT_LENGTH).orElse(""));
    queryParameters.requireNoErrors();
    return wanted;
  }

  private static PageRequest parsePage(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    PageRequest page = queryParameters.pageRequest();
    queryParameters.requireNoErrors();
    return page;
  }

  private static long parseRequestId(ApiRequest apiRequest) {
    long id = apiRequest.pathId("id");
    apiRequest.jsonBody().requireNoErrors();
    return id;
  }

  private record AskedBookQuery(UserId creator, String text) {}
}
