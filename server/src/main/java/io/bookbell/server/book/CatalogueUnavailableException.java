package io.bookbell.server.book;

import java.time.Duration;
import java.util.Optional;

/** The catalogue does not answer, or not as it should. */
final class CatalogueUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Optional<Duration> retryAfter;

  CatalogueUnavailableException(String message, Optional<Duration> retryAfter) {
    super(message, null, false, false); // expected: nobody reads its stack
    this.retryAfter = retryAfter;
  }

  /** For how long the catalogue wants to be left alone. */
  Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
