package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.membership.SourceService.SourceState;
import io.bookbell.server.membership.SourceService.TierMapping;
import io.bookbell.server.membership.SourceStore.ConnectedSource;
import io.bookbell.server.storage.Transaction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The routes that are the same for all sources: a source's state, and its tiers.
 *
 * @param path such as {@code /api/patreon}
 * @param available whether the source can be connected on this server
 */
public record SourceRoutes(
    String path,
    String source,
    SourceService sourceService,
    SourceWorker sourceWorker,
    boolean available) {
  private static final int MAX_TIERS = 200;
  private static final int MAX_GRACE_DAYS = 60;
  private static final int MAX_ID_LENGTH = 200;

  public static UserId parseCreatorId(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    UserId creator = queryParameters.requiredUserId("creator_id");
    queryParameters.requireNoErrors();
    return creator;
  }

  /**
   * Adds {@code GET} of the path.
   *
   * @param hasWebhook whether the source sends events of a creator's members
   */
  public void addStateRoute(ApiRouter apiRouter, BiPredicate<Transaction, UserId> hasWebhook) {
    apiRouter.get(
        path,
        SourceRoutes::parseCreatorId,
        (tx, caller, creator) -> {
          var state = sourceService.find(tx, caller.user(), creator, source);
          return ApiResponse.ok(
              toResponse(creator, state, state.isPresent() && hasWebhook.test(tx, creator)));
        });
  }

  private Map<String, @Nullable Object> toResponse(
      UserId creator, Optional<SourceState> state, boolean webhook) {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    fields.put("creator_id", creator);
    fields.put("available", available);
    fields.put("connected", state.isPresent());
    state.ifPresent(found -> addState(fields, found, webhook));
    return fields;
  }

  private void addState(Map<String, @Nullable Object> fields, SourceState state, boolean webhook) {
    ConnectedSource connected = state.source();
    fields.put("account_name", connected.accountName());
    fields.put("connected_at", connected.connectedAt());
    fields.put("webhook", webhook);
    fields.put("grace_days", connected.graceDays());
    fields.put("problem", connected.problem());
    fields.put("problem_at", connected.problemAt());
    fields.put("synced_at", connected.syncedAt());
    fields.put("next_sync_at", connected.nextSyncAt());
    fields.put("added", connected.counts().added());
    fields.put("changed", connected.counts().changed());
    fields.put("ended", connected.counts().ended());
    fields.put("unknown", state.unknown());
    fields.put(
        "tiers",
        state.tiers().stream()
            .map(
                tier -> {
                  var each = new LinkedHashMap<String, @Nullable Object>();
                  each.put(tierField(), tier.externalId());
                  each.put("name", tier.name());
                  each.put("tier_id", tier.tierId());
                  each.put("deleted", tier.deleted());
                  return each;
                })
            .toList());
  }

  private String tierField() {
    return source + "_tier_id";
  }

  /** Adds {@code PUT} of the tiers and the grace period. */
  public void addTierRoute(ApiRouter apiRouter) {
    apiRouter.put(
        path + "/tiers",
        RateLimit.WRITE,
        this::parseConfiguration,
        (tx, caller, wanted) -> {
          sourceService.configure(
              tx, caller.user(), wanted.creator, source, wanted.mappings, wanted.graceDays);
          tx.afterCommit(sourceWorker::runSoon);
          return ApiResponse.noContent();
        });
  }

  private Configuration parseConfiguration(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var configuration =
        new Configuration(
            jsonBody.requiredUserId("creator_id"),
            jsonBody.requiredObjects(
                "map",
                MAX_TIERS,
                part ->
                    new TierMapping(
                        part.requiredVerbatim(tierField(), 1, MAX_ID_LENGTH),
                        part.optionalId("tier_id").orElse(null))),
            jsonBody.optionalInteger("grace_days", 0, MAX_GRACE_DAYS));
    jsonBody.requireNoErrors();
    return configuration;
  }

  private record Configuration(
      UserId creator, List<TierMapping> mappings, Optional<Integer> graceDays) {}
}
