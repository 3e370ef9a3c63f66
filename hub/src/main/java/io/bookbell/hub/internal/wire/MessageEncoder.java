package io.bookbell.hub.internal.wire;

import io.bookbell.hub.Message;
import io.netty.buffer.ByteBuf;

/** Encodes messages as clients of one kind of transport read them. Used on one event loop. */
public interface MessageEncoder {
  /** An upper bound for the size of an encoded message, in bytes. */
  int maxSize(Message message, long sequence);

  /**
   * Appends a message.
   *
   * @param sequence its number, or {@link Sequence#NONE}
   */
  void encode(Message message, long sequence, ByteBuf out);
}
