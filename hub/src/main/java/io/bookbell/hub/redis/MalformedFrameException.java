package io.bookbell.hub.redis;

/**
 * Thrown for bytes that aren't a frame of this protocol. Checked, so that callers have to handle
 * it.
 */
final class MalformedFrameException extends Exception {
  MalformedFrameException(String what) {
    super(what);
  }
}
