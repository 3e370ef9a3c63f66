package io.bookbell.server.book;

import java.time.Duration;
import java.util.Optional;

/** The catalogue doesn't respond, or not with a usable response. */
final class CatalogueUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Optional<Duration> retryAfter;

  CatalogueUnavailableException(String message, Optional<Duration> retryAfter) {
    super(message, null, false, false); // expected, so it needs no stack trace
    this.retryAfter = retryAfter;
  }

  /** Returns how long the catalogue asks not to be called, from its {@code Retry-After} header. */
  Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
