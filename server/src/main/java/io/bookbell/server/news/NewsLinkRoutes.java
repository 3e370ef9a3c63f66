package io.bookbell.server.news;

import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.Problem;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTargetStore;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/** {@code /api/news}: what the links in messages do, without a session. */
public final class NewsLinkRoutes {
  private final Database database;
  private final NewsTargetStore targetStore;

  public NewsLinkRoutes(Database database, NewsTargetStore targetStore) {
    this.database = database;
    this.targetStore = targetStore;
  }

  public void addRoutes(ApiRouter apiRouter) {
    apiRouter.postOpen(
        "/api/news/confirm",
        (apiRequest, _) ->
            change(
                parseToken(apiRequest), (tx, target) -> targetStore.markVerified(tx, target.id())));
    apiRouter.getOpen("/api/news/unsubscribe", (apiRequest, _) -> openPage(apiRequest));
    apiRouter.postOpen(
        "/api/news/unsubscribe",
        (apiRequest, _) ->
            change(
                parseUnsubscribe(apiRequest),
                (tx, target) -> targetStore.endSubscriptions(tx, target.id())));
  }

  /** Mail programs that don't know RFC 8058 open the address in a browser. */
  private static CompletionStage<ApiResponse> openPage(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    var token = queryParameters.optionalVerbatim("token", SecretTokens.MAX_LENGTH);
    queryParameters.requireNoErrors();
    String encoded =
        URLEncoder.encode(token.orElseThrow(NewsLinkRoutes::invalidLink), StandardCharsets.UTF_8);
    return CompletableFuture.completedStage(
        ApiResponse.redirect(apiRequest.publicUrl() + "/news#unsubscribe=" + encoded));
  }

  private static Problem invalidLink() {
    return Problem.notFound("This link is no longer valid.");
  }

  private CompletionStage<ApiResponse> change(
      String token, BiConsumer<Transaction, NewsTarget> work) {
    return database.write(
        tx -> {
          work.accept(
              tx, targetStore.findByToken(tx, token).orElseThrow(NewsLinkRoutes::invalidLink));
          return ApiResponse.noContent();
        });
  }

  private static String parseToken(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    String token = jsonBody.requiredVerbatim("token", 1, SecretTokens.MAX_LENGTH);
    jsonBody.requireNoErrors();
    return token;
  }

  /** Mail programs send a form (RFC 8058), whose content doesn't matter. */
  private static String parseUnsubscribe(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    var token = queryParameters.optionalVerbatim("token", SecretTokens.MAX_LENGTH);
    queryParameters.requireNoErrors();
    return token.orElseGet(() -> parseToken(apiRequest));
  }
}
