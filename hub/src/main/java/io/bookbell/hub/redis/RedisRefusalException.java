package io.bookbell.hub.redis;

/** Thrown when Redis refuses what the backplane needs. The message says what to grant. */
final class RedisRefusalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RedisRefusalException(String message) {
    super(message);
  }
}
