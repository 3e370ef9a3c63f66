package io.bookbell.hub;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way in of one connection, on its event loop only: frames of the client and the events of the
 * channel. Puts fragmented messages together, answers pings and closes, and holds the client to its
 * limits.
 */
final class FrameReader extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(FrameReader.class);
  private static final long SECOND = 1_000_000_000;

  /** What a frame counts for besides its content, in bytes: the work of reading it. */
  private static final long FRAME_COST = 64;

  private final ConnectionState connectionState;
  private @Nullable FragmentedMessage fragmentedMessage;

  /**
   * The moment at which, at the allowed rate, all messages that came so far would have been due.
   */
  private long dueAt;

  /** Likewise, all bytes. */
  private long bytesDueAt;

  FrameReader(ConnectionState connectionState) {
    this.connectionState = connectionState;
    this.dueAt = connectionState.hub().ticker().getAsLong();
    this.bytesDueAt = dueAt;
  }

  WebSocketConnection connection() {
    return connectionState.connection();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object frame) {
    try {
      connectionState.heard();
      if (frame instanceof CloseWebSocketFrame close) {
        closed(close);
      } else if (frame instanceof WebSocketFrame other && connectionState.isOpen()) {
        received(context, other);
      }
    } finally {
      ReferenceCountUtil.release(frame);
    }
  }

  private void received(ChannelHandlerContext context, WebSocketFrame frame) {
    boolean counts =
        !(frame instanceof ContinuationWebSocketFrame) || !frame.content().isReadable();
    if (isTooMuch(frame) || (counts && isTooMany())) {
      context.channel().config().setAutoRead(false); // whatever else comes is not even decoded
      connectionState.refuse(CloseReason.TOO_MANY_MESSAGES);
    } else if (frame instanceof PingWebSocketFrame) {
      connectionState.pong(frame.content());
    } else if (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame) {
      begun(frame, frame instanceof TextWebSocketFrame);
    } else if (frame instanceof ContinuationWebSocketFrame && fragmentedMessage != null) {
      continued(frame, fragmentedMessage);
    }
  }

  private void begun(WebSocketFrame frame, boolean text) {
    if (frame.isFinalFragment()) {
      message(frame.content(), text);
    } else {
      fragmentedMessage = new FragmentedMessage(text, frame.content().alloc().heapBuffer());
      continued(frame, fragmentedMessage);
    }
  }

  private void continued(WebSocketFrame frame, FragmentedMessage begun) {
    int most = connectionState.hub().options().client().maxFrameBytes();
    if (begun.bytes.readableBytes() + frame.content().readableBytes() > most) {
      dropFragments();
      connectionState.refuse(CloseReason.TOO_LARGE);
      return;
    }
    begun.bytes.writeBytes(frame.content());
    if (frame.isFinalFragment()) {
      try {
        message(begun.bytes, begun.text);
      } finally {
        dropFragments();
      }
    }
  }

  private void message(ByteBuf payload, boolean isText) {
    if (!isText) {
      byte[] bytes = ByteBufUtil.getBytes(payload);
      handOn(frames -> frames.onBinary(connection(), bytes));
      return;
    }
    String text = connectionState.lane().utf8(payload);
    if (text == null) {
      connectionState.refuse(CloseReason.NOT_UTF8);
    } else {
      handOn(frames -> frames.onText(connection(), text));
    }
  }

  private void handOn(Consumer<ClientMessageHandler> call) {
    try {
      call.accept(connectionState.hub().frames());
    } catch (RuntimeException failure) {
      log.error("A message of {} could not be handled", connection(), failure);
    }
  }

  private void closed(CloseWebSocketFrame frame) {
    int code = frame.statusCode();
    if (code < 0) {
      connectionState.peerCloses(FrameEncoder::closeWithoutReason);
    } else {
      CloseReason answer = code > 4999 ? CloseReason.PROTOCOL_ERROR : new CloseReason(code, "");
      connectionState.peerCloses(out -> FrameEncoder.close(answer, out));
    }
  }

  private boolean isTooMuch(WebSocketFrame frame) {
    long bytes = frame.content().readableBytes() + FRAME_COST;
    long now = connectionState.hub().ticker().getAsLong();
    long ahead =
        Math.max(0, bytesDueAt - now)
            + bytes * SECOND / connectionState.hub().options().client().bytesPerSecond();
    bytesDueAt = now + ahead;
    return ahead > SECOND;
  }

  private boolean isTooMany() {
    HubOptions.Client allowed = connectionState.hub().options().client();
    long each = SECOND / allowed.perSecond();
    long now = connectionState.hub().ticker().getAsLong();
    long ahead = Math.max(0, dueAt - now) + each;
    if (ahead > each * allowed.burst()) {
      return true;
    }
    dueAt = now + ahead;
    return false;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    connectionState.touch();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    dropFragments();
    connectionState.gone();
  }

  /** Frames that make no sense are answered and the rest is not read; else the channel is gone. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof CorruptedWebSocketFrameException corrupted) {
      context.pipeline().remove(WebSocket13FrameDecoder.class);
      connectionState.refuse(
          switch (corrupted.closeStatus().code()) {
            case 1009 -> CloseReason.TOO_LARGE;
            case 1007 -> CloseReason.NOT_UTF8;
            default -> CloseReason.PROTOCOL_ERROR;
          });
      return;
    }
    if (!(cause instanceof IOException)) {
      log.error("The {} fails", connection(), cause);
    }
    context.close();
  }

  private void dropFragments() {
    if (fragmentedMessage != null) {
      fragmentedMessage.bytes.release();
      fragmentedMessage = null;
    }
  }

  /** A message of which not everything has come. */
  private record FragmentedMessage(boolean text, ByteBuf bytes) {}
}
