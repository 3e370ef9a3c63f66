package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.ClientMessageHandler;
import io.bookbell.hub.CloseReason;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.internal.wire.FrameEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inbound handler of one connection, on its event loop only: reads client frames and channel
 * events, reassembles fragmented messages, answers pings and close frames, and enforces the
 * client's limits.
 */
final class FrameReader extends ConnectionHandler {
  private static final Logger log = LoggerFactory.getLogger(FrameReader.class);
  private static final long SECOND = 1_000_000_000;

  /** The bytes that a frame counts for in addition to its content, for the work of reading it. */
  private static final long FRAME_COST = 64;

  private final ConnectionState connectionState;
  private final WebSocketTransport transport;
  private @Nullable FragmentedMessage fragmentedMessage;

  /** The tick at which all messages received so far would have been due at the allowed rate. */
  private long dueAt;

  /** The same for bytes. */
  private long bytesDueAt;

  FrameReader(ConnectionState connectionState, WebSocketTransport transport) {
    super(connectionState);
    this.connectionState = connectionState;
    this.transport = transport;
    this.dueAt = connectionState.hub().ticker().getAsLong();
    this.bytesDueAt = dueAt;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object frame) {
    try {
      transport.markActive();
      if (frame instanceof CloseWebSocketFrame close) {
        handleClose(close);
      } else if (frame instanceof WebSocketFrame other && connectionState.isOpen()) {
        handleFrame(context, other);
      }
    } finally {
      ReferenceCountUtil.release(frame);
    }
  }

  private void handleFrame(ChannelHandlerContext context, WebSocketFrame frame) {
    boolean counts =
        !(frame instanceof ContinuationWebSocketFrame) || !frame.content().isReadable();
    if (exceedsByteRate(frame) || (counts && exceedsMessageRate())) {
      context.channel().config().setAutoRead(false); // whatever else arrives isn't even decoded
      connectionState.closeOnProtocolError(CloseReason.TOO_MANY_MESSAGES);
    } else if (frame instanceof PingWebSocketFrame) {
      transport.sendPong(frame.content());
      connectionState.requestFlush();
    } else if (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame) {
      handleDataFrame(frame, frame instanceof TextWebSocketFrame);
    } else if (frame instanceof ContinuationWebSocketFrame && fragmentedMessage != null) {
      handleContinuation(frame, fragmentedMessage);
    }
  }

  private void handleDataFrame(WebSocketFrame frame, boolean text) {
    if (frame.isFinalFragment()) {
      handleMessage(frame.content(), text);
    } else {
      fragmentedMessage = new FragmentedMessage(text, frame.content().alloc().heapBuffer());
      handleContinuation(frame, fragmentedMessage);
    }
  }

  private void handleContinuation(WebSocketFrame frame, FragmentedMessage begun) {
    int most = connectionState.hub().options().client().maxFrameBytes();
    if (begun.bytes.readableBytes() + frame.content().readableBytes() > most) {
      dropFragments();
      connectionState.closeOnProtocolError(CloseReason.TOO_LARGE);
      return;
    }
    begun.bytes.writeBytes(frame.content());
    if (frame.isFinalFragment()) {
      try {
        handleMessage(begun.bytes, begun.text);
      } finally {
        dropFragments();
      }
    }
  }

  private void handleMessage(ByteBuf payload, boolean isText) {
    if (!isText) {
      byte[] bytes = ByteBufUtil.getBytes(payload);
      callHandler(frames -> frames.onBinary(connection(), bytes));
      return;
    }
    String text = connectionState.eventLoopWorker().decodeUtf8(payload);
    if (text == null) {
      connectionState.closeOnProtocolError(CloseReason.NOT_UTF8);
    } else {
      callHandler(frames -> frames.onText(connection(), text));
    }
  }

  private void callHandler(Consumer<ClientMessageHandler> call) {
    try {
      call.accept(connectionState.hub().messageHandler());
    } catch (RuntimeException failure) {
      log.error("A message of {} could not be handled", connection(), failure);
    }
  }

  private void handleClose(CloseWebSocketFrame frame) {
    transport.answerClose(connectionState.beginClosing() ? answerTo(frame.statusCode()) : null);
    connectionState.requestFlush();
  }

  private static Consumer<ByteBuf> answerTo(int code) {
    if (code < 0) {
      return FrameEncoder::encodeEmptyClose;
    }
    CloseReason answer = code > 4999 ? CloseReason.PROTOCOL_ERROR : new CloseReason(code, "");
    return out -> FrameEncoder.encodeClose(answer, out);
  }

  private boolean exceedsByteRate(WebSocketFrame frame) {
    long bytes = frame.content().readableBytes() + FRAME_COST;
    long now = connectionState.hub().ticker().getAsLong();
    long ahead =
        Math.max(0, bytesDueAt - now)
            + bytes * SECOND / connectionState.hub().options().client().bytesPerSecond();
    bytesDueAt = now + ahead;
    return ahead > SECOND;
  }

  private boolean exceedsMessageRate() {
    HubOptions.Client allowed = connectionState.hub().options().client();
    long each = SECOND / allowed.messagesPerSecond();
    long now = connectionState.hub().ticker().getAsLong();
    long ahead = Math.max(0, dueAt - now) + each;
    if (ahead > each * allowed.messageBurst()) {
      return true;
    }
    dueAt = now + ahead;
    return false;
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    dropFragments();
    super.channelInactive(context);
  }

  /**
   * Answers a malformed frame with a close frame and reads no further; any other error closes the
   * channel.
   */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof CorruptedWebSocketFrameException corrupted) {
      context.pipeline().remove(WebSocket13FrameDecoder.class);
      connectionState.closeOnProtocolError(
          switch (corrupted.closeStatus().code()) {
            case 1009 -> CloseReason.TOO_LARGE;
            case 1007 -> CloseReason.NOT_UTF8;
            default -> CloseReason.PROTOCOL_ERROR;
          });
      return;
    }
    super.exceptionCaught(context, cause);
  }

  private void dropFragments() {
    if (fragmentedMessage != null) {
      fragmentedMessage.bytes.release();
      fragmentedMessage = null;
    }
  }

  /** A fragmented message that is still incomplete. */
  private record FragmentedMessage(boolean text, ByteBuf bytes) {}
}
