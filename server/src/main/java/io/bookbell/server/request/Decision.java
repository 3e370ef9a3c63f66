package io.bookbell.server.request;

import io.bookbell.server.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * An admin's decision.
 *
 * @param response an optional text
 * @param expected the status that the admin has seen; null if any will do
 */
public record Decision(Status status, @Nullable String response, @Nullable Status expected) {
  public Decision(Status status, @Nullable String response) {
    this(status, response, null);
  }

  /**
   * Requires that nobody else has answered the request meanwhile.
   *
   * @throws Problem 409 otherwise
   */
  void requireExpected(BookRequest request) {
    if (expected != null && request.status() != expected) {
      throw StatusConflict.unexpectedStatus(request, expected);
    }
  }
}
