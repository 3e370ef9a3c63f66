package io.bookbell.server.outgoing;

import java.time.Duration;
import java.util.Optional;

/**
 * The response to a request of ours.
 *
 * @param retryAfter the pause that the other side asks for, at most a day
 * @param start the beginning of the body, without control characters
 */
public record OutgoingResponse(int status, Optional<Duration> retryAfter, String start) {
  public boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  public boolean isRedirect() {
    return status >= 300 && status < 400;
  }
}
