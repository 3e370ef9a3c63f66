package io.bookbell.hub.redis;

/** Bytes that are no frame of this protocol. Checked, so that nobody forgets them. */
final class MalformedFrameException extends Exception {
  MalformedFrameException(String what) {
    super(what);
  }
}
