package io.bookbell.bench.fanout;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A minimal WebSocket client: does the handshake, counts frames that contain a mark, and answers
 * pings. Runs on its event loop only.
 */
final class SwarmSocket extends ChannelInboundHandlerAdapter {
  /** Precedes the number of a text. */
  static final char MARK = '~';

  static final int DIGITS = 8;

  private static final int TEXT = 0x1;
  private static final int PING = 0x9;
  private static final int PONG = 0xA;
  private static final int CLOSE = 0x8;
  private static final int MASKED = 0x80;

  private final String request;
  private final Tally tally;
  private final Server.Greeting greeting;
  private final CompletableFuture<Void> open;
  private boolean shaken;
  private @Nullable ByteBuf rest;

  /**
   * @param request the head of the handshake request
   * @param open completes when the connection counts as open
   */
  SwarmSocket(String request, Tally tally, Server.Greeting greeting, CompletableFuture<Void> open) {
    this.open = open;
    this.request = request;
    this.tally = tally;
    this.greeting = greeting;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context.writeAndFlush(Unpooled.copiedBuffer(request, US_ASCII));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (rest != null) {
      bytes = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), rest, bytes);
      rest = null;
    }
    if (shaken || shakeHands(context, bytes)) {
      long now = System.nanoTime();
      while (frame(context, bytes, now)) {
        // decode all complete frames
      }
    }
    if (bytes.isReadable()) {
      rest = bytes;
    } else {
      bytes.release();
    }
  }

  private boolean shakeHands(ChannelHandlerContext context, ByteBuf bytes) {
    String answer = bytes.toString(US_ASCII);
    int end = answer.indexOf("\r\n\r\n");
    if (end < 0) {
      return false;
    }
    if (!answer.startsWith("HTTP/1.1 101")) {
      open.completeExceptionally(new IllegalStateException("no WebSocket: " + answer));
      context.close();
      return false;
    }
    bytes.skipBytes(end + 4);
    shaken = true;
    if (greeting == Server.Greeting.NONE) {
      open.complete(null);
    }
    return true;
  }

  /** Decodes one frame and returns true, or returns false if it is incomplete. */
  private boolean frame(ChannelHandlerContext context, ByteBuf bytes, long now) {
    int readable = bytes.readableBytes();
    if (readable < 2) {
      return false;
    }
    int at = bytes.readerIndex();
    int length = bytes.getByte(at + 1);
    int header = 2;
    if (length == 126 && readable >= 4) {
      length = bytes.getUnsignedShort(at + 2);
      header = 4;
    } else if (length == 127 && readable >= 10) {
      length = (int) bytes.getLong(at + 2);
      header = 10;
    } else if (length >= 126) {
      return false;
    }
    if (readable < header + length) {
      return false;
    }
    received(context, bytes.getByte(at) & 0xF, bytes.slice(at + header, length), now);
    bytes.skipBytes(header + length);
    return true;
  }

  private void received(ChannelHandlerContext context, int kind, ByteBuf payload, long now) {
    if (kind == PING) {
      send(context, PONG, payload);
    } else if (kind == CLOSE) {
      context.close();
    } else if (open.isDone()) {
      text(context, payload, now);
    } else {
      greeted(context, payload);
    }
  }

  private void greeted(ChannelHandlerContext context, ByteBuf payload) {
    if (greeting == Server.Greeting.ENGINE_IO && payload.getByte(0) == '0') {
      send(context, TEXT, Unpooled.copiedBuffer("40", US_ASCII));
    } else {
      open.complete(null);
    }
  }

  private void text(ChannelHandlerContext context, ByteBuf payload, long now) {
    int mark = payload.bytesBefore((byte) MARK);
    if (mark >= 0) {
      tally.arrived(number(payload, mark + 1), now);
    } else if (greeting == Server.Greeting.ENGINE_IO && payload.getByte(0) == '2') {
      send(context, TEXT, Unpooled.copiedBuffer("3", US_ASCII));
    }
  }

  private static int number(ByteBuf payload, int at) {
    int number = 0;
    for (int digit = 0; digit < DIGITS; digit++) {
      number = number * 10 + payload.getByte(at + digit) - '0';
    }
    return number;
  }

  /**
   * Sends a short frame with a mask of zeros, which leaves the payload unchanged.
   *
   * <p>Linux considers a socket that sends data interactive and delays its acknowledgements, which
   * are then sent on the sender's CPU time instead of the reader's. That would penalize servers
   * that ping their clients, so {@code TCP_QUICKACK} is set again.
   */
  private static void send(ChannelHandlerContext context, int kind, ByteBuf payload) {
    ByteBuf frame = context.alloc().buffer(6 + payload.readableBytes());
    frame.writeByte(0x80 | kind).writeByte(MASKED | payload.readableBytes()).writeInt(0);
    frame.writeBytes(payload, payload.readerIndex(), payload.readableBytes());
    context.writeAndFlush(frame);
    context.channel().config().setOption(EpollChannelOption.TCP_QUICKACK, true);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (rest != null) {
      rest.release();
      rest = null;
    }
    open.completeExceptionally(new IllegalStateException("closed before it was open"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    open.completeExceptionally(cause);
    context.close();
  }
}
