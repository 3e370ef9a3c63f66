package io.bookbell.server.http;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The work of a route that doesn't require a session and may complete asynchronously. */
@FunctionalInterface
public interface OpenHandler {
  CompletionStage<ApiResponse> run(ApiRequest apiRequest, Optional<Caller> caller);
}
