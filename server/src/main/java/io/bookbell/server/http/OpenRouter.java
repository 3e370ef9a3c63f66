package io.bookbell.server.http;

import io.bookbell.server.http.ApiResponse.EncodedResponse;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Registers the routes that require no session, for {@link ApiRouter}. Used by one thread, before
 * the server listens.
 */
final class OpenRouter {
  private final Router router;
  private final CallerLookup callers;
  private final RequestHandler requestHandler;

  OpenRouter(Router router, CallerLookup callers, RequestHandler requestHandler) {
    this.router = router;
    this.callers = callers;
    this.requestHandler = requestHandler;
  }

  /**
   * Registers a command.
   *
   * @param largestBody in bytes
   */
  void addPost(String path, int largestBody, OpenHandler work) {
    router
        .route(HttpMethod.POST, path)
        .putMetadata(ApiRouter.RATE, RateLimit.OPEN)
        .handler(
            context ->
                requestHandler.handle(
                    context,
                    path,
                    apiRequest ->
                        callers
                            .findCaller(context)
                            .compose(
                                caller ->
                                    BodyReader.readBody(context, largestBody, BodyBudget.STRANGERS)
                                        .map(caller))
                            .compose(caller -> run(work, apiRequest, caller))));
  }

  /** Registers a read by browsers that were sent here by another site. */
  void addGet(String path, OpenHandler work) {
    router
        .route(HttpMethod.GET, path)
        .putMetadata(ApiRouter.RATE, RateLimit.OPEN)
        .handler(
            context ->
                requestHandler.handle(
                    context,
                    path,
                    apiRequest ->
                        callers
                            .findVisitor(context)
                            .compose(caller -> run(work, apiRequest, caller))));
  }

  private static Future<EncodedResponse> run(
      OpenHandler work, ApiRequest apiRequest, Optional<Caller> caller) {
    CompletionStage<EncodedResponse> response =
        work.run(apiRequest, caller).thenApply(EncodedResponse::of);
    return CallerLookup.onContext(response);
  }
}
