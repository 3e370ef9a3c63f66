package io.bookbell.bench.fanout;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.CompletableFuture;

/**
 * A client of an event stream or a long poll that sends its request and drops what comes. Runs on
 * its event loop only.
 */
final class SwarmRequest extends ChannelInboundHandlerAdapter {
  private final String request;
  private final boolean isStream;
  private final CompletableFuture<Void> open;

  /**
   * Creates the handler.
   *
   * @param isStream whether the connection is open with the first bytes of a response, otherwise
   *     once the request was sent
   */
  SwarmRequest(String request, boolean isStream, CompletableFuture<Void> open) {
    this.request = request;
    this.isStream = isStream;
    this.open = open;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context
        .writeAndFlush(Unpooled.copiedBuffer(request, US_ASCII))
        .addListener(
            _ -> {
              if (!isStream) {
                open.complete(null);
              }
            });
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    String start = bytes.toString(US_ASCII);
    bytes.release();
    if (open.isDone() || start.startsWith("HTTP/1.1 200")) {
      open.complete(null);
    } else {
      open.completeExceptionally(new IllegalStateException("refused: " + start));
      context.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    open.completeExceptionally(new IllegalStateException("closed before it was open"));
  }
}
