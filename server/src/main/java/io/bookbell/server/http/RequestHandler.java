package io.bookbell.server.http;

import io.bookbell.server.http.ApiResponse.EncodedResponse;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

/** Runs what handles a request, and sends its response. Called on event loops. */
final class RequestHandler {
  private final OriginPolicy originPolicy;
  private final ServerCookies serverCookies;

  RequestHandler(OriginPolicy originPolicy, ServerCookies serverCookies) {
    this.originPolicy = originPolicy;
    this.serverCookies = serverCookies;
  }

  /**
   * Handles a request.
   *
   * @param path the template of the route
   * @param handler may throw, or return a failed future; either becomes the response
   */
  void handle(
      RoutingContext context, String path, Function<ApiRequest, Future<EncodedResponse>> handler) {
    ApiRouter.markRoute(context, path);
    Future<EncodedResponse> answer;
    try {
      answer = handler.apply(new ApiRequest(context, originPolicy, serverCookies));
    } catch (RuntimeException e) {
      context.fail(e);
      return;
    }
    answer
        .onSuccess(encodedResponse -> ResponseWriter.send(context, encodedResponse))
        .onFailure(context::fail);
  }
}
