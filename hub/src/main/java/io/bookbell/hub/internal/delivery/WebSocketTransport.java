package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.CloseReason;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.TransportKind;
import io.bookbell.hub.internal.wire.FrameEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends text frames, pings clients, and drops those that are silent. */
final class WebSocketTransport extends ChannelTransport {
  private static final ChannelFutureListener HALF_CLOSE =
      future -> {
        if (future.channel() instanceof DuplexChannel duplex) {
          duplex.shutdownOutput();
        }
      };

  private final HubContext hub;
  private long heardAt;
  private long pingedAt;

  /** What the newest ping contained that came while the socket accepted nothing. */
  private byte @Nullable [] unansweredPing;

  WebSocketTransport(Channel channel, EventLoopWorker eventLoopWorker) {
    super(channel, eventLoopWorker, FrameEncoder.TEXT_FRAMES);
    this.hub = eventLoopWorker.hub();
    this.heardAt = hub.ticker().getAsLong();
    this.pingedAt = heardAt;
  }

  @Override
  public TransportKind kind() {
    return TransportKind.WEB_SOCKET;
  }

  @Override
  public void attach(ConnectionState connectionState) {
    takeOver(new WebSocket13FrameDecoder(hub.decoding()), new FrameReader(connectionState, this));
  }

  /** Records that the client sent something. */
  void markActive() {
    heardAt = hub.ticker().getAsLong();
  }

  /**
   * Answers a ping. While the socket accepts nothing, only the newest ping is answered, later, so
   * that pongs don't pile up for a client that reads nothing.
   */
  void sendPong(ByteBuf payload) {
    if (channel().isWritable()) {
      unansweredPing = null;
      writer().enqueueControl(out -> FrameEncoder.encodePong(payload, out));
    } else {
      unansweredPing = ByteBufUtil.getBytes(payload);
    }
  }

  /** Closes the channel, after this answer to the client's close frame if there is one. */
  void answerClose(@Nullable Consumer<ByteBuf> answer) {
    writer().writeFinalFrame(answer == null ? _ -> {} : answer, ChannelFutureListener.CLOSE);
  }

  /**
   * Sends a close frame, after which the client has a moment to answer. After a violation, the
   * output is shut down behind it, because what the client sends next may be unparseable.
   */
  @Override
  public void sendClose(CloseReason reason, boolean violated) {
    writer()
        .writeFinalFrame(
            out -> FrameEncoder.encodeClose(reason, out), violated ? HALF_CLOSE : null);
  }

  @Override
  public void checkKeepAlive(long now, boolean progressed) {
    if (progressed) {
      heardAt = now; // accepted bytes are a sign of life
    }
    HubOptions.KeepAlive keepAlive = hub.options().keepAlive();
    if (now - heardAt >= keepAlive.idleTimeout().toNanos()) {
      hub.counters().silentDrops.increment();
      forceClose();
    } else if (channel().isWritable()) {
      sendDueControlFrames(now);
    }
  }

  private void sendDueControlFrames(long now) {
    byte[] ping = unansweredPing;
    boolean isPingDue = now - pingedAt >= hub.options().keepAlive().pingInterval().toNanos();
    if (ping != null) {
      sendPong(Unpooled.wrappedBuffer(ping));
    }
    if (isPingDue) {
      pingedAt = now;
      writer().enqueueControl(FrameEncoder::encodePing);
    }
    if (ping != null || isPingDue) {
      flush();
    }
  }
}
