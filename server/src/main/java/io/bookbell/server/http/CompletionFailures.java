package io.bookbell.server.http;

import java.util.concurrent.CompletionException;

/** Unwraps the failures of {@link java.util.concurrent.CompletionStage}s. */
public final class CompletionFailures {
  private CompletionFailures() {}

  public static Throwable unwrapCause(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
