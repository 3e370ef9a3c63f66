package io.bookbell.hub;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.ssl.SslHandler;
import java.util.List;

/**
 * Readies the channel of an answered handshake for the hub, on the channel's event loop. The hub's
 * handlers are added at the end first; then the others are removed from the last to the first,
 * except encryption. A handler that is removed passes on what it had buffered, and in this order
 * that arrives at the hub, earlier bytes before later ones.
 */
final class PipelineTakeover {
  /** Above the second number of bytes a socket counts as full, until it falls below the first. */
  private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(1 << 14, 1 << 16);

  private PipelineTakeover() {}

  static void takeOver(Channel channel, WebSocketDecoderConfig decoding, FrameReader reader) {
    ChannelPipeline pipeline = channel.pipeline();
    List<ChannelHandler> others = List.copyOf(pipeline.toMap().values());
    pipeline.addLast(new WebSocket13FrameDecoder(decoding), reader);
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
