package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;

/** Discards what a client sends after its request, which should be nothing. */
final class EventStreamInput extends ConnectionHandler {
  private long discarded;

  EventStreamInput(ConnectionState connectionState) {
    super(connectionState);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    discarded += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
    ReferenceCountUtil.release(message);
    if (discarded > connectionState().hub().options().client().maxFrameBytes()) {
      context.channel().config().setAutoRead(false);
      connectionState().closeOnProtocolError(CloseReason.TOO_MANY_MESSAGES);
    }
  }
}
