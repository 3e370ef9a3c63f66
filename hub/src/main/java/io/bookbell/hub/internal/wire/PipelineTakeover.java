package io.bookbell.hub.internal.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandler;
import java.util.List;

/**
 * Replaces the handlers of a channel with the hub's, on the channel's event loop. The hub's
 * handlers are added at the end first; then the others, except TLS, are removed from last to first.
 * A removed handler passes on what it had buffered, so in this order the bytes reach the hub in the
 * order in which they were received.
 */
public final class PipelineTakeover {
  /**
   * The channel becomes unwritable above 64 KiB of pending bytes and writable again below 16 KiB.
   */
  private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(1 << 14, 1 << 16);

  private PipelineTakeover() {}

  /**
   * Takes over a channel.
   *
   * @param handlers the hub's handlers, of which the first gets the bytes
   */
  public static void takeOver(Channel channel, ChannelHandler... handlers) {
    ChannelPipeline pipeline = channel.pipeline();
    List<ChannelHandler> others = List.copyOf(pipeline.toMap().values());
    pipeline.addLast(handlers);
    channel.config().setWriteBufferWaterMark(WATER_MARK);
    for (ChannelHandler other : others.reversed()) {
      if (!(other instanceof SslHandler) && pipeline.context(other) != null) {
        pipeline.remove(other);
      }
    }
    channel.flush();
    channel.config().setAutoRead(true);
  }
}
