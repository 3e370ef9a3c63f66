package io.bookbell.server.quota;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.http.Problem;
import io.bookbell.server.quota.Ledger.LedgerEntry;
import io.bookbell.server.storage.Transaction;
import java.util.List;
import java.util.Optional;

/** {@code /api/book-requests/quota}, {@code /api/tiers} and {@code /api/supporters}. */
public final class QuotaRoutes {
  private static final int MAX_NAME_LENGTH = 100;
  private static final int MAX_REASON_LENGTH = 300;
  private static final int MAX_REQUESTS = 1_000_000;
  private static final int LARGEST_GRANT = 1000;
  private static final int MAX_DAYS = 366;

  private QuotaRoutes() {}

  public static void addQuotaRoute(ApiRouter apiRouter, QuotaService quotaService) {
    apiRouter.get(
        "/api/book-requests/quota",
        QuotaRoutes::parseOptionalCreatorId,
        (tx, caller, creator) ->
            ApiResponse.ok(explainQuota(tx, quotaService, caller.user(), creator)));
  }

  private static Optional<UserId> parseOptionalCreatorId(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    Optional<UserId> creator = queryParameters.optionalUserId("creator_id");
    queryParameters.requireNoErrors();
    return creator;
  }

  private static QuotaResponse explainQuota(
      Transaction tx, QuotaService quotaService, UserId user, Optional<UserId> given) {
    UserId creator =
        given.orElseGet(() -> requireSingle(quotaService.findByUser(tx, user)).creatorId());
    var entries = quotaService.findEntriesLater(tx, creator, user);
    Quota quota = quotaService.findQuota(tx, creator, user).orElseThrow(Problem::notFound);
    return new QuotaResponse(quota, entries.get());
  }

  private static Quota requireSingle(List<Quota> all) {
    if (all.isEmpty()) {
      throw Problem.notFound();
    }
    if (all.size() > 1) {
      throw Problem.validationFailed("creator_id", "is required: you support several creators");
    }
    return all.getFirst();
  }

  private record QuotaResponse(@JsonUnwrapped Quota quota, List<LedgerEntry> entries) {}

  public static void addTierRoutes(
      ApiRouter apiRouter, TierService tierService, TierAnnouncer announcer) {
    apiRouter.get(
        "/api/tiers",
        apiRequest -> {
          var queryParameters = apiRequest.queryParameters();
          UserId creator = queryParameters.requiredUserId("creator_id");
          queryParameters.requireNoErrors();
          return creator;
        },
        (tx, caller, creator) ->
            ApiResponse.ok(new ItemsResponse<>(tierService.list(tx, caller.user(), creator))));
    apiRouter.post(
        "/api/tiers",
        QuotaRoutes::parseNewTier,
        (tx, caller, wanted) ->
            ApiResponse.created(
                tierService.create(tx, caller.user(), wanted.creator, wanted.terms)));
    apiRouter.patch(
        "/api/tiers/:id",
        QuotaRoutes::parseTierUpdate,
        (tx, caller, wanted) -> {
          Tier changed = tierService.update(tx, caller.user(), wanted.tier, wanted.changes);
          tx.afterCommit(announcer::triggerPass);
          return ApiResponse.ok(changed);
        });
    apiRouter.delete(
        "/api/tiers/:id",
        QuotaRoutes::parseTierDeletion,
        (tx, caller, wanted) -> {
          tierService.delete(tx, caller.user(), wanted.tier, wanted.moveTo);
          tx.afterCommit(announcer::triggerPass);
          return ApiResponse.noContent();
        });
  }

  private static TierDeletion parseTierDeletion(ApiRequest apiRequest) {
    long tier = apiRequest.pathId("id");
    JsonBody jsonBody = apiRequest.jsonBody();
    Optional<Long> moveTo = jsonBody.optionalId("move_to");
    jsonBody.requireNoErrors();
    return new TierDeletion(tier, moveTo);
  }

  private record TierDeletion(long tier, Optional<Long> moveTo) {}

  private static NewTier parseNewTier(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    UserId creator = jsonBody.requiredUserId("creator_id");
    var tierTerms =
        new TierService.TierTerms(
            jsonBody.requiredLine("name", 1, MAX_NAME_LENGTH),
            jsonBody.requiredNullableInteger("requests_allowed", 0, MAX_REQUESTS).value(),
            optionalPeriod(jsonBody).orElse(Period.NONE),
            jsonBody.optionalInteger("days", 1, MAX_DAYS).orElse(null),
            jsonBody.optionalInteger("most_open", 1, MAX_REQUESTS).orElse(null),
            jsonBody.optionalBoolean("auto_approve").orElse(false));
    jsonBody.requireNoErrors();
    return new NewTier(creator, tierTerms);
  }

  private static TierPatch parseTierUpdate(ApiRequest apiRequest) {
    long tier = apiRequest.pathId("id");
    JsonBody jsonBody = apiRequest.jsonBody();
    var tierChanges =
        new TierService.TierChanges(
            jsonBody.optionalLine("name", 1, MAX_NAME_LENGTH),
            jsonBody.nullableInteger("requests_allowed", 0, MAX_REQUESTS),
            optionalPeriod(jsonBody),
            jsonBody.optionalInteger("days", 1, MAX_DAYS),
            jsonBody.nullableInteger("most_open", 1, MAX_REQUESTS),
            jsonBody.optionalBoolean("auto_approve"));
    jsonBody.requireNoErrors();
    return new TierPatch(tier, tierChanges);
  }

  private static Optional<Period> optionalPeriod(JsonBody jsonBody) {
    return jsonBody.optionalOneOf("period", "none", "month", "week", "rolling").map(Period::of);
  }

  private record NewTier(UserId creator, TierService.TierTerms terms) {}

  private record TierPatch(long tier, TierService.TierChanges changes) {}

  private record ItemsResponse<T>(List<T> items) {}

  public static void addSupporterRoutes(ApiRouter apiRouter, SupporterService supporterService) {
    apiRouter.get(
        "/api/supporters",
        QuotaRoutes::parseSupporterSearch,
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
        apiRequest -> new QuotaKey(apiRequest.pathUserId("user_id"), parseCreatorId(apiRequest)),
        (tx, caller, wanted) -> {
          var supporterAccount =
              supporterService.getAccount(tx, caller.user(), wanted.creator, wanted.supporter);
          return ApiResponse.ok(
              new SupporterAccountResponse(
                  supporterAccount.supporter(),
                  supporterAccount.quota(),
                  supporterAccount.entries()));
        });
    apiRouter.patch(
        "/api/supporters/:user_id",
        QuotaRoutes::parseSupporterUpdate,
        (tx, caller, wanted) ->
            ApiResponse.ok(
                supporterService.change(
                    tx, caller.user(), wanted.key.creator, wanted.key.supporter, wanted.changes)));
    apiRouter.post(
        "/api/supporters/:user_id/grant",
        QuotaRoutes::parseGrant,
        (tx, caller, wanted) -> {
          var quotaGrant =
              supporterService.grantRequests(
                  tx,
                  caller.user(),
                  wanted.creator,
                  wanted.supporter,
                  wanted.amount,
                  wanted.reason);
          return ApiResponse.ok(new GrantResponse(quotaGrant.quota(), quotaGrant.entry()));
        });
  }

  private static SupporterQuery parseSupporterSearch(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    var supporterQuery =
        new SupporterQuery(
            queryParameters.requiredUserId("creator_id"),
            queryParameters.optionalText("q", 200),
            queryParameters.pageRequest());
    queryParameters.requireNoErrors();
    return supporterQuery;
  }

  private static SupporterUpdate parseSupporterUpdate(ApiRequest apiRequest) {
    var key = new QuotaKey(apiRequest.pathUserId("user_id"), parseCreatorId(apiRequest));
    JsonBody jsonBody = apiRequest.jsonBody();
    var changes =
        new SupporterService.SupporterChanges(
            jsonBody.optionalId("tier_id"),
            jsonBody.nullableInteger("own_allowance", 0, MAX_REQUESTS));
    jsonBody.checkField(
        "tier_id",
        changes.tier().isPresent() || changes.ownAllowance().isPresent(),
        "or own_allowance is required");
    jsonBody.requireNoErrors();
    return new SupporterUpdate(key, changes);
  }

  private static GrantRequest parseGrant(ApiRequest apiRequest) {
    UserId supporter = apiRequest.pathUserId("user_id");
    UserId creator = parseCreatorId(apiRequest);
    JsonBody jsonBody = apiRequest.jsonBody();
    int amount = jsonBody.requiredInteger("amount", -LARGEST_GRANT, LARGEST_GRANT);
    String reason = jsonBody.requiredLine("reason", 1, MAX_REASON_LENGTH);
    jsonBody.checkField("amount", amount != 0, "must not be 0");
    jsonBody.requireNoErrors();
    return new GrantRequest(supporter, creator, amount, reason);
  }

  private static UserId parseCreatorId(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    UserId creator = queryParameters.requiredUserId("creator_id");
    queryParameters.requireNoErrors();
    return creator;
  }

  private record SupporterQuery(UserId creator, Optional<String> text, PageRequest page) {}

  private record QuotaKey(UserId supporter, UserId creator) {}

  private record SupporterAccountResponse(
      @JsonUnwrapped Supporter supporter, Quota quota, List<LedgerEntry> entries) {}

  private record SupporterUpdate(QuotaKey key, SupporterService.SupporterChanges changes) {}

  private record GrantRequest(UserId supporter, UserId creator, int amount, String reason) {}

  private record GrantResponse(@JsonUnwrapped Quota quota, LedgerEntry entry) {}
}
