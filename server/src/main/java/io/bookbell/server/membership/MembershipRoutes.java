package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.membership.SupporterListImport.ImportResult;
import io.bookbell.server.membership.SupporterListImport.ImportedLine;
import io.bookbell.server.membership.SupporterListImport.LineResult;
import io.bookbell.server.membership.SupporterListParser.ListedSupporter;
import io.bookbell.server.quota.SupporterService;
import java.util.List;

/** Routes that begin, end and block memberships. */
public final class MembershipRoutes {
  private MembershipRoutes() {}

  public static void addRoutes(
      ApiRouter apiRouter,
      SupporterService supporterService,
      MembershipEnding ending,
      SupporterListImport listImport) {
    apiRouter.postSecret(
        "/api/supporters/import",
        RateLimit.WRITE,
        MembershipRoutes::parseImport,
        (tx, caller, wanted) ->
            ApiResponse.ok(
                ImportResponse.of(
                    listImport.importList(
                        tx, caller.user(), wanted.creator, wanted.listed, wanted.dryRun),
                    wanted)));
    apiRouter.delete(
        "/api/supporters/:user_id",
        MembershipRoutes::parseKey,
        (tx, caller, key) -> {
          ending.remove(tx, caller.user(), key.creator, key.user);
          return ApiResponse.noContent();
        });
    apiRouter.delete(
        "/api/me/memberships/:creator_id",
        MembershipRoutes::parseOwn,
        (tx, caller, creator) -> {
          ending.leave(tx, caller.user(), creator);
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

  private static UserId parseOwn(ApiRequest apiRequest) {
    UserId creator = apiRequest.pathUserId("creator_id");
    apiRequest.jsonBody().requireNoErrors();
    return creator;
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
        new FormerQuery(
            queryParameters.requiredUserId("creator_id"), queryParameters.pageRequest());
    queryParameters.requireNoErrors();
    return wanted;
  }

  private static ListImportRequest parseImport(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    UserId creator = queryParameters.requiredUserId("creator_id");
    boolean dryRun =
        queryParameters
            .optionalOneOf("dry_run", List.of("true", "false"))
            .filter(Boolean::parseBoolean)
            .isPresent();
    queryParameters.requireNoErrors();
    return new ListImportRequest(
        creator, SupporterListParser.parse(apiRequest.csvText()), dryRun, apiRequest.publicUrl());
  }

  private record ListImportRequest(
      UserId creator, List<ListedSupporter> listed, boolean dryRun, String publicUrl) {}

  /** How many lines there are of each kind, those that need a look, and the links to hand out. */
  private record ImportResponse(
      boolean dryRun,
      int added,
      int moved,
      int unchanged,
      int invited,
      int blocked,
      int invalid,
      List<ImportedLine> lines,
      List<ImportLink> links) {
    static ImportResponse of(ImportResult result, ListImportRequest request) {
      return new ImportResponse(
          request.dryRun,
          result.count(LineResult.ADDED),
          result.count(LineResult.MOVED),
          result.count(LineResult.UNCHANGED),
          result.count(LineResult.INVITED),
          result.count(LineResult.BLOCKED),
          result.count(LineResult.INVALID),
          result.lines().stream().filter(line -> line.result() != LineResult.UNCHANGED).toList(),
          result.links().stream()
              .map(
                  link ->
                      new ImportLink(
                          link.tier().id(),
                          link.tier().name(),
                          link.uses(),
                          request.publicUrl + "/join#" + link.token()))
              .toList());
    }
  }

  private record ImportLink(long tierId, String tier, int uses, String url) {}

  private record SupporterOfCreator(UserId creator, UserId user) {}

  private record ReturningSupporter(SupporterOfCreator key, long tier) {}

  private record FormerQuery(UserId creator, PageRequest page) {}
}
