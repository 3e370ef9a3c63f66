package io.bookbell.server.patreon;

import static java.util.concurrent.CompletableFuture.failedStage;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.membership.RefreshQueue;
import io.bookbell.server.membership.SourceRoutes;
import io.bookbell.server.membership.SourceService;
import io.bookbell.server.membership.SourceSync;
import io.bookbell.server.membership.SourceWorker;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.vertx.core.http.HttpMethod;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code /api/patreon}: a creator's connection with Patreon, and the events from there. */
public final class PatreonRoutes {
  private static final String PATH = "/api/patreon";
  private static final String WEBHOOK = PATH + "/webhook/";

  /** Patreon's events repeat the campaign's description. */
  private static final int LARGEST_EVENT = 256 << 10;

  private final RefreshQueue refreshQueue = new RefreshQueue();
  private final Database database;
  private final SourceService sourceService;
  private final SourceSync sourceSync;
  private final SourceWorker sourceWorker;
  private final @Nullable PatreonSource patreonSource;

  /**
   * @param patreonSource empty if this server isn't registered at Patreon
   */
  public PatreonRoutes(
      Database database,
      SourceService sourceService,
      SourceSync sourceSync,
      SourceWorker sourceWorker,
      Optional<PatreonSource> patreonSource) {
    this.database = database;
    this.sourceService = sourceService;
    this.sourceSync = sourceSync;
    this.sourceWorker = sourceWorker;
    this.patreonSource = patreonSource.orElse(null);
  }

  public void addRoutes(ApiRouter apiRouter) {
    var sourceRoutes =
        new SourceRoutes(
            PATH, PatreonSource.NAME, sourceService, sourceWorker, patreonSource != null);
    sourceRoutes.addStateRoute(apiRouter, this::hasWebhook);
    sourceRoutes.addTierRoute(apiRouter);
    apiRouter.addAsync(
        HttpMethod.DELETE,
        PATH,
        RateLimit.WRITE,
        SourceRoutes::parseCreatorId,
        (caller, creator) -> disconnect(caller.user(), creator));
    apiRouter.addAsync(
        HttpMethod.POST,
        PATH + "/sync",
        RateLimit.EXPORT,
        SourceRoutes::parseCreatorId,
        (caller, creator) -> syncNow(caller.user(), creator));
    addAccountRoutes(apiRouter);
    apiRouter.postOpen(
        WEBHOOK + ":creator_id", LARGEST_EVENT, (apiRequest, _) -> receiveEvent(apiRequest));
  }

  /** The caller's own account at Patreon. */
  private void addAccountRoutes(ApiRouter apiRouter) {
    apiRouter.get(
        PATH + "/account",
        apiRequest -> {
          apiRequest.queryParameters().requireNoErrors();
          return apiRequest;
        },
        (tx, caller, _) -> ApiResponse.ok(describeAccount(tx, caller.user())));
    apiRouter.delete(
        PATH + "/account",
        apiRequest -> apiRequest,
        (tx, caller, _) -> {
          sourceService.unlinkAccount(tx, caller.user(), PatreonSource.NAME);
          return ApiResponse.noContent();
        });
  }

  private PatreonAccount describeAccount(Transaction tx, UserId user) {
    Instant linkedAt = sourceService.findLinkTime(tx, PatreonSource.NAME, user).orElse(null);
    return new PatreonAccount(patreonSource != null, linkedAt != null, linkedAt);
  }

  /**
   * Somebody's own account at Patreon.
   *
   * @param available whether this server is registered at Patreon
   * @param linkedAt null if none is connected
   */
  private record PatreonAccount(boolean available, boolean linked, @Nullable Instant linkedAt) {}

  /** The address to which Patreon sends the events of a creator's members. */
  static String webhookAddress(String publicUrl, UserId creator) {
    return publicUrl + WEBHOOK + creator;
  }

  private boolean hasWebhook(Transaction tx, UserId creator) {
    return patreonSource != null
        && patreonSource
            .findTokens(tx, creator)
            .filter(tokens -> tokens.webhookSecret() != null)
            .isPresent();
  }

  private CompletionStage<ApiResponse> disconnect(UserId actor, UserId creator) {
    return sourceWorker
        .runBlocking(
            () -> {
              database
                  .read(
                      tx -> {
                        sourceService.requireCreator(tx, actor, creator);
                        return true;
                      })
                  .join();
              if (patreonSource != null) {
                patreonSource.stopWebhook(creator);
              }
              return true;
            })
        .thenCompose(
            _ ->
                database.write(
                    tx -> {
                      sourceService.disconnect(tx, actor, creator, PatreonSource.NAME);
                      return ApiResponse.noContent();
                    }));
  }

  private CompletionStage<ApiResponse> syncNow(UserId actor, UserId creator) {
    PatreonSource source = patreonSource;
    return sourceWorker.runBlocking(
        () -> {
          database
              .read(
                  tx -> {
                    sourceService.requireCreator(tx, actor, creator);
                    return true;
                  })
              .join();
          if (source == null) {
            throw off();
          }
          return ApiResponse.ok(sourceSync.sync(creator, source));
        });
  }

  static Problem off() {
    return Problem.conflict(
        "patreon_off",
        "This server isn't registered at Patreon. Its operator has to set BOOKBELL_PATREON_CLIENT_ID"
            + " and BOOKBELL_PATREON_CLIENT_SECRET.");
  }

  /**
   * Notes whom an event concerns and answers at once. The member is read anew afterwards, so it
   * doesn't matter whether the event is late or comes again.
   */
  private CompletionStage<ApiResponse> receiveEvent(ApiRequest apiRequest) {
    PatreonSource source = patreonSource;
    if (source == null) {
      return failedStage(Problem.notFound());
    }
    var creator = apiRequest.pathUserId("creator_id");
    byte[] body = apiRequest.bodyBytes();
    String signature = apiRequest.header("X-Patreon-Signature").orElse("");
    return database
        .read(tx -> source.findTokens(tx, creator))
        .thenCompose(
            tokens -> {
              String secret =
                  tokens.map(PatreonTokens::webhookSecret).orElseThrow(Problem::notFound);
              if (!PatreonEvent.isSigned(body, secret, signature)) {
                throw Problem.of(
                    403, "invalid_signature", "Not allowed", "The signature doesn't fit the body.");
              }
              return database.write(tx -> queueEvent(tx, creator, PatreonEvent.parse(body)));
            });
  }

  private ApiResponse queueEvent(
      Transaction tx, UserId creator, Optional<PatreonEvent> patreonEvent) {
    patreonEvent.ifPresent(
        event -> {
          refreshQueue.add(tx, creator, PatreonSource.NAME, event.toKey());
          tx.afterCommit(() -> sourceWorker.readSoon(creator, PatreonSource.NAME));
        });
    return ApiResponse.ok(Map.of());
  }
}
