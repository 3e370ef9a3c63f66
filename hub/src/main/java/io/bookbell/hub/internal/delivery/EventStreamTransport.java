package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.CloseReason;
import io.bookbell.hub.Message;
import io.bookbell.hub.Position;
import io.bookbell.hub.TransportKind;
import io.bookbell.hub.internal.wire.EventStreamEncoder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends server-sent events. The client sends nothing, so a vanished one is noticed by the operating
 * system: it closes the channel when comments stay unacknowledged.
 */
final class EventStreamTransport extends ChannelTransport {
  /** The name under which epoll's transport has this option; the others ignore it. */
  private static final ChannelOption<Integer> TCP_USER_TIMEOUT =
      ChannelOption.valueOf("io.netty.channel.epoll.EpollChannelOption#TCP_USER_TIMEOUT");

  private final HubContext hub;
  private final EventStreamEncoder encoder;

  /** Null once it was sent, or it would stay in memory with the stream. */
  private byte @Nullable [] responseHead;

  private long commentedAt;

  /**
   * @param responseHead the head of the HTTP response, sent before the first event
   */
  EventStreamTransport(Channel channel, EventLoopWorker eventLoopWorker, byte[] responseHead) {
    this(channel, eventLoopWorker, responseHead, new EventStreamEncoder());
  }

  private EventStreamTransport(
      Channel channel,
      EventLoopWorker eventLoopWorker,
      byte[] responseHead,
      EventStreamEncoder encoder) {
    super(channel, eventLoopWorker, encoder);
    this.hub = eventLoopWorker.hub();
    this.encoder = encoder;
    this.responseHead = responseHead;
    this.commentedAt = hub.ticker().getAsLong();
  }

  @Override
  public TransportKind kind() {
    return TransportKind.EVENT_STREAM;
  }

  @Override
  public void attach(ConnectionState connectionState) {
    byte[] head = Objects.requireNonNull(responseHead);
    responseHead = null;
    writer().enqueueControl(out -> out.writeBytes(head)); // before the takeover, which may close
    takeOver(new EventStreamInput(connectionState));
    if (!isActive()) {
      return; // a closed socket has no options
    }
    int unacknowledged = Math.toIntExact(hub.options().keepAlive().idleTimeout().toMillis());
    channel().config().setOption(TCP_USER_TIMEOUT, unacknowledged);
    flush();
  }

  @Override
  public void startFromSnapshot(Position position, Message first) {
    encoder.startFromSnapshot(position, first);
    super.startFromSnapshot(position, first);
  }

  @Override
  public void startFromPosition(Position position, Message first) {
    encoder.startFrom(position);
    super.startFromPosition(position, first);
  }

  /** Sends a last event that tells why, and closes the channel. */
  @Override
  public void sendClose(CloseReason reason, boolean violated) {
    writer()
        .writeFinalFrame(
            out -> EventStreamEncoder.encodeClose(reason, out), ChannelFutureListener.CLOSE);
  }

  @Override
  public void checkKeepAlive(long now, boolean progressed) {
    boolean isDue = now - commentedAt >= hub.options().keepAlive().commentInterval().toNanos();
    if (isDue && channel().isWritable()) {
      commentedAt = now;
      writer().enqueueControl(EventStreamEncoder::encodeComment);
      flush();
    }
  }
}
