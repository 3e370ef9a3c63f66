package io.bookbell.server.quota;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bookbell.hub.UserId;
import io.bookbell.server.quota.Ledger.LedgerEntry;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.ApiRequest;
import io.bookbell.server.web.ApiResponse;
import io.bookbell.server.web.ApiRouter;
import io.bookbell.server.web.JsonBody;
import io.bookbell.server.web.PageRequest;
import io.bookbell.server.web.Problem;
import java.util.List;
import java.util.Optional;

/** A supporter's quota; {@code /api/tiers} and {@code /api/supporters}. */
public final class QuotaRoutes {
  private static final int LONGEST_NAME = 100;
  private static final int LONGEST_REASON = 300;
  private static final int MOST_REQUESTS = 1_000_000;
  private static final int LARGEST_GRANT = 1000;

  private QuotaRoutes() {}

  public static void addQuota(ApiRouter apiRouter, QuotaService quotaService) {
    apiRouter.get(
        "/api/book-requests/quota",
        QuotaRoutes::creatorIfGiven,
        (tx, caller, creator) ->
            ApiResponse.ok(explained(tx, quotaService, caller.user(), creator)));
  }

  private static Optional<UserId> creatorIfGiven(ApiRequest apiRequest) {
    var queryParameters = apiRequest.query();
    Optional<UserId> creator = queryParameters.optionalUserId("creator_id");
    queryParameters.done();
    return creator;
  }

  private static QuotaResponse explained(
      Transaction tx, QuotaService quotaService, UserId user, Optional<UserId> given) {
    Quota quota =
        given
            .map(creator -> quotaService.find(tx, creator, user).orElseThrow(Problem::notFound))
            .orElseGet(() -> only(quotaService.of(tx, user)));
    return new QuotaResponse(quota, quotaService.entries(tx, quota.creatorId(), user));
  }

  private static Quota only(List<Quota> all) {
    if (all.isEmpty()) {
      throw Problem.notFound();
    }
    if (all.size() > 1) {
      throw Problem.validation("creator_id", "is required: you support several creators");
    }
    return all.getFirst();
  }

  private record QuotaResponse(@JsonUnwrapped Quota quota, List<LedgerEntry> entries) {}

  public static void addTiers(
      ApiRouter apiRouter, TierService tierService, TierAnnouncer announcer) {
    apiRouter.get(
        "/api/tiers",
        apiRequest -> {
          var queryParameters = apiRequest.query();
          UserId creator = queryParameters.userId("creator_id");
          queryParameters.done();
          return creator;
        },
        (tx, caller, creator) ->
            ApiResponse.ok(new ItemsResponse<>(tierService.list(tx, caller.user(), creator))));
    apiRouter.post(
        "/api/tiers",
        QuotaRoutes::newTier,
        (tx, caller, wanted) ->
            ApiResponse.created(
                tierService.create(tx, caller.user(), wanted.creator, wanted.terms)));
    apiRouter.patch(
        "/api/tiers/:id",
        QuotaRoutes::tierChange,
        (tx, caller, wanted) -> {
          Tier changed = tierService.change(tx, caller.user(), wanted.tier, wanted.changes);
          tx.afterCommit(announcer::wake);
          return ApiResponse.ok(changed);
        });
  }

  private static NewTier newTier(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.body();
    UserId creator = jsonBody.userId("creator_id");
    var tierTerms =
        new TierService.TierTerms(
            jsonBody.line("name", 1, LONGEST_NAME),
            jsonBody.integer("requests_allowed", 0, MOST_REQUESTS),
            jsonBody.optionalOneOf("period", "none", "month").map(Period::of).orElse(Period.NONE));
    jsonBody.done();
    return new NewTier(creator, tierTerms);
  }

  private static TierPatch tierChange(ApiRequest apiRequest) {
    long tier = apiRequest.pathId("id");
    JsonBody jsonBody = apiRequest.body();
    var tierChanges =
        new TierService.TierChanges(
            jsonBody.optionalLine("name", 1, LONGEST_NAME),
            jsonBody.optionalInteger("requests_allowed", 0, MOST_REQUESTS),
            jsonBody.optionalOneOf("period", "none", "month").map(Period::of));
    jsonBody.done();
    return new TierPatch(tier, tierChanges);
  }

  private record NewTier(UserId creator, TierService.TierTerms terms) {}

  private record TierPatch(long tier, TierService.TierChanges changes) {}

  private record ItemsResponse<T>(List<T> items) {}

  public static void addSupporters(ApiRouter apiRouter, SupporterService supporterService) {
    apiRouter.get(
        "/api/supporters",
        QuotaRoutes::search,
        (tx, caller, supporterQuery) ->
            ApiResponse.ok(
                supporterService.list(
                    tx,
                    caller.user(),
                    supporterQuery.creator,
                    supporterQuery.text,
                    supporterQuery.page)));
    apiRouter.get(
        "/api/supporters/:user_id",
        apiRequest -> new SupporterKey(apiRequest.pathUser("user_id"), creator(apiRequest)),
        (tx, caller, wanted) -> {
          var supporterAccount =
              supporterService.account(tx, caller.user(), wanted.creator, wanted.supporter);
          return ApiResponse.ok(
              new SupporterAccountResponse(
                  supporterAccount.supporter(),
                  supporterAccount.quota(),
                  supporterAccount.entries()));
        });
    apiRouter.patch(
        "/api/supporters/:user_id",
        QuotaRoutes::tierOfSupporter,
        (tx, caller, wanted) ->
            ApiResponse.ok(
                supporterService.setTier(
                    tx, caller.user(), wanted.creator, wanted.supporter, wanted.tier)));
    apiRouter.post(
        "/api/supporters/:user_id/grant",
        QuotaRoutes::grant,
        (tx, caller, wanted) -> {
          var quotaGrant =
              supporterService.grant(
                  tx,
                  caller.user(),
                  wanted.creator,
                  wanted.supporter,
                  wanted.amount,
                  wanted.reason);
          return ApiResponse.ok(new GrantResponse(quotaGrant.quota(), quotaGrant.entry()));
        });
  }

  private static SupporterQuery search(ApiRequest apiRequest) {
    var queryParameters = apiRequest.query();
    var supporterQuery =
        new SupporterQuery(
            queryParameters.userId("creator_id"),
            queryParameters.optionalText("q", 200),
            queryParameters.page());
    queryParameters.done();
    return supporterQuery;
  }

  private static SetTierRequest tierOfSupporter(ApiRequest apiRequest) {
    UserId supporter = apiRequest.pathUser("user_id");
    UserId creator = creator(apiRequest);
    JsonBody jsonBody = apiRequest.body();
    long tier = jsonBody.id("tier_id");
    jsonBody.done();
    return new SetTierRequest(supporter, creator, tier);
  }

  private static GrantRequest grant(ApiRequest apiRequest) {
    UserId supporter = apiRequest.pathUser("user_id");
    UserId creator = creator(apiRequest);
    JsonBody jsonBody = apiRequest.body();
    int amount = jsonBody.integer("amount", -LARGEST_GRANT, LARGEST_GRANT);
    String reason = jsonBody.line("reason", 1, LONGEST_REASON);
    jsonBody.check("amount", amount != 0, "must not be 0");
    jsonBody.done();
    return new GrantRequest(supporter, creator, amount, reason);
  }

  private static UserId creator(ApiRequest apiRequest) {
    var queryParameters = apiRequest.query();
    UserId creator = queryParameters.userId("creator_id");
    queryParameters.done();
    return creator;
  }

  private record SupporterQuery(UserId creator, Optional<String> text, PageRequest page) {}

  private record SupporterKey(UserId supporter, UserId creator) {}

  private record SupporterAccountResponse(
      @JsonUnwrapped SupporterService.Supporter supporter,
      Quota quota,
      List<LedgerEntry> entries) {}

  private record SetTierRequest(UserId supporter, UserId creator, long tier) {}

  private record GrantRequest(UserId supporter, UserId creator, int amount, String reason) {}

  private record GrantResponse(@JsonUnwrapped Quota quota, LedgerEntry entry) {}
}
