package io.bookbell.server.http;

import java.util.concurrent.CompletionStage;

/** The work of a route that doesn't fit into one transaction. */
@FunctionalInterface
public interface AsyncHandler<C> {
  CompletionStage<ApiResponse> run(Caller caller, C query);
}
