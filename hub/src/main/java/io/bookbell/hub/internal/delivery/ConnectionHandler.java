package io.bookbell.hub.internal.delivery;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last handler of a channel that the hub has taken over, on its event loop only. */
abstract class ConnectionHandler extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(ConnectionHandler.class);

  private final ConnectionState connectionState;

  ConnectionHandler(ConnectionState connectionState) {
    this.connectionState = connectionState;
  }

  final ConnectionState connectionState() {
    return connectionState;
  }

  final LocalConnection connection() {
    return connectionState.connection();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    connectionState.requestFlush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    connectionState.onClosed();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      log.error("The {} fails", connection(), cause);
    }
    context.close();
  }
}
