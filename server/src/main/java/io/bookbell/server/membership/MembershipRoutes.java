package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.quota.SupporterService;

/** Routes that begin, end and block memberships. */
public final class MembershipRoutes {
  private MembershipRoutes() {}

  public static void addRoutes(
      ApiRouter apiRouter, SupporterService supporterService, MembershipEnding ending) {
    apiRouter.delete(
        "/api/supporters/:user_id",
        MembershipRoutes::parseKey,
        (tx, caller, key) -> {
          ending.remove(tx, caller.user(), key.creator, key.user);
          return ApiResponse.noContent();
        });
    apiRouter.post(
        "/api/supporters/:user_id/block",
        MembershipRoutes::parseKey,
        (tx, caller, key) -> {
          ending.block(tx, caller.user(), key.creator, key.user);
          return ApiResponse.noContent();
        });
    apiRouter.delete(
        "/api/supporters/:user_id/block",
        MembershipRoutes::parseKey,
        (tx, caller, key) -> {
          ending.unblock(tx, caller.user(), key.creator, key.user);
          return ApiResponse.noContent();
        });
    apiRouter.post(
        "/api/supporters",
        MembershipRoutes::parseReturn,
        (tx, caller, wanted) ->
            ApiResponse.created(
                supporterService.restoreSupporter(
                    tx, caller.user(), wanted.key.creator, wanted.key.user, wanted.tier)));
    apiRouter.get(
        "/api/former-supporters",
        MembershipRoutes::parseFormerQuery,
        (tx, caller, wanted) ->
            ApiResponse.ok(
                supporterService.listFormer(tx, caller.user(), wanted.creator, wanted.page)));
  }

  private static SupporterOfCreator parseKey(ApiRequest apiRequest) {
    UserId user = apiRequest.pathUserId("user_id");
    var queryParameters = apiRequest.queryParameters();
    UserId creator = queryParameters.requiredUserId("creator_id");
    queryParameters.requireNoErrors();
    apiRequest.jsonBody().requireNoErrors();
    return new SupporterOfCreator(creator, user);
  }

  private static ReturningSupporter parseReturn(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var key =
        new SupporterOfCreator(
            jsonBody.requiredUserId("creator_id"), jsonBody.requiredUserId("user_id"));
    long tier = jsonBody.requiredId("tier_id");
    jsonBody.requireNoErrors();
    return new ReturningSupporter(key, tier);
  }

  private static FormerQuery parseFormerQuery(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    var wanted =
        new FormerQuery(queryParameters.requiredUserId("creator_id"), queryParameters.pageRequest());
    queryParameters.requireNoErrors();
    return wanted;
  }

  private record SupporterOfCreator(UserId creator, UserId user) {}

  private record ReturningSupporter(SupporterOfCreator key, long tier) {}

  private record FormerQuery(UserId creator, PageRequest page) {}
}
