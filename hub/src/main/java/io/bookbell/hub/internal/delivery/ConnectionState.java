package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.CloseReason;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.Message;
import io.bookbell.hub.Position;
import io.bookbell.hub.internal.wire.FrameEncoder;
import io.bookbell.hub.internal.wire.FrameWriter;
import io.bookbell.hub.internal.wire.PipelineTakeover;
import io.bookbell.hub.internal.wire.Sequence;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of one connection, confined to its event loop. Only {@link #position}, {@link
 * #acknowledged} (both volatile), {@link #pendingBytes} and {@link #channel} may be read on other
 * threads.
 *
 * <p>The connection is CATCHING_UP while {@link #catchUp} is set, and LIVE otherwise; the package
 * documentation describes the phases.
 */
final class ConnectionState {
  private static final Logger log = LoggerFactory.getLogger(ConnectionState.class);
  private static final ChannelFutureListener HALF_CLOSE =
      future -> {
        if (future.channel() instanceof DuplexChannel duplex) {
          duplex.shutdownOutput();
        }
      };

  private final WebSocketConnection connection;
  private final Channel channel;
  private final FrameWriter writer;

  private volatile long position;
  private volatile long acknowledged;
  private @Nullable CatchUp catchUp;
  private ConnectionPhase connectionPhase = ConnectionPhase.OPEN;
  private boolean touched;
  private int place = EventLoopWorker.NO_PLACE;
  private long heardAt;

  /** When the last ping was sent; while CLOSING, when closing began. */
  private long pingedAt;

  private enum ConnectionPhase {
    OPEN,
    CLOSING,
    GONE
  }

  ConnectionState(WebSocketConnection connection, Channel channel) {
    this.connection = connection;
    this.channel = channel;
    this.writer = new FrameWriter(channel, eventLoopWorker().socketWriter());
    this.heardAt = hub().ticker().getAsLong();
    this.pingedAt = heardAt;
    this.catchUp = new CatchUp(this);
  }

  // ---- opening and closing

  void startDelivery(Optional<Position> since) {
    takeOver();
    if (catchUp != null) {
      catchUp.openHistory(since);
    }
  }

  void rejectConnection(CloseReason reason) {
    takeOver();
    sendClose(reason);
  }

  private void takeOver() {
    eventLoopWorker().addMember(this);
    hub().counters().opened.increment();
    try {
      PipelineTakeover.takeOver(channel, hub().decoding(), new FrameReader(this));
      writer.takeOver();
    } catch (RuntimeException failure) {
      log.error("The channel of {} cannot be taken over", connection, failure);
      forceClose();
    }
    if (!channel.isActive()) {
      onChannelClosed();
    }
  }

  /** Cleans up after the channel has closed. Idempotent. */
  void onChannelClosed() {
    if (connectionPhase != ConnectionPhase.GONE) {
      connectionPhase = ConnectionPhase.GONE;
      catchUp = null;
      eventLoopWorker().removeMember(this);
      hub().registry().remove(connection);
      hub().counters().closed.increment();
      writer.release();
    }
  }

  /** Sends a close frame, after which the client has a moment to answer. */
  void sendClose(CloseReason reason) {
    sendClose(reason, null);
  }

  /**
   * Closes after a protocol violation. The output is shut down behind the close frame, because what
   * the client sends next may be unparseable.
   */
  void closeOnProtocolError(CloseReason reason) {
    hub().counters().protocolErrors.increment();
    sendClose(reason, HALF_CLOSE);
  }

  /**
   * Handles a close frame from the client, whether it starts the close or answers ours. If it
   * starts it, ours is sent in answer; then the channel closes.
   */
  void onPeerClose(Consumer<ByteBuf> answer) {
    boolean first = connectionPhase == ConnectionPhase.OPEN;
    beginClosing();
    writer.writeFinalFrame(first ? answer : _ -> {}, ChannelFutureListener.CLOSE);
    requestFlush();
  }

  /** Closes at once with a TCP reset, discarding whatever hasn't been sent. */
  void forceClose() {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      channel.close();
    }
  }

  private void sendClose(CloseReason reason, @Nullable ChannelFutureListener afterwards) {
    if (connectionPhase == ConnectionPhase.OPEN) {
      beginClosing();
      CloseReason told = withDelay(reason);
      writer.writeFinalFrame(out -> FrameEncoder.encodeClose(told, out), afterwards);
      requestFlush();
    }
  }

  private void beginClosing() {
    if (connectionPhase == ConnectionPhase.OPEN) {
      connectionPhase = ConnectionPhase.CLOSING;
      catchUp = null;
      pingedAt = hub().ticker().getAsLong();
    }
  }

  private CloseReason withDelay(CloseReason reason) {
    if (reason.code() != CloseReason.GOING_AWAY.code() || !reason.text().isEmpty()) {
      return reason;
    }
    long most = hub().options().reconnectSpread().toMillis();
    long delay = ThreadLocalRandom.current().nextLong(most + 1);
    return new CloseReason(reason.code(), Long.toString(delay));
  }

  // ---- messages

  /** Delivers a message, numbered or with {@link Sequence#NONE}. */
  void deliverMessage(Message message, long sequence) {
    if (connectionPhase != ConnectionPhase.OPEN) {
      return;
    }
    if (catchUp != null) {
      catchUp.onLiveMessage(message, sequence);
    } else if (sequence == Sequence.NONE) {
      enqueueMessage(message, sequence);
    } else if (sequence == position + 1) {
      position = sequence;
      enqueueMessage(message, sequence);
    } else if (sequence > position) {
      recoverGap(sequence);
    } else {
      hub().counters().repeated.increment();
    }
  }

  /** Handles an announcement that the history now reaches this number; a gap is read from there. */
  void onAnnounced(long sequence) {
    if (connectionPhase != ConnectionPhase.OPEN) {
      return;
    }
    if (catchUp != null) {
      catchUp.raiseTarget(sequence);
    } else if (sequence > position) {
      recoverGap(sequence);
    }
  }

  private void recoverGap(long upTo) {
    hub().counters().gaps.increment();
    catchUp = new CatchUp(this);
    catchUp.fillGap(upTo);
  }

  /** Sends a reply that contains the sequence number of the last message queued before it. */
  void sendReply(LongFunction<Message> reply) {
    if (connectionPhase != ConnectionPhase.OPEN) {
      return;
    }
    if (catchUp != null) {
      catchUp.deferReply(reply);
    } else {
      enqueueMessage(reply.apply(position), Sequence.NONE);
    }
  }

  void acknowledge(long seq) {
    acknowledged = Math.max(acknowledged, Math.min(seq, position));
  }

  void sendPong(ByteBuf payload) {
    if (connectionPhase == ConnectionPhase.OPEN) {
      writer.enqueueControl(out -> FrameEncoder.encodePong(payload, out));
      requestFlush();
    }
  }

  void closeSlowConsumer() {
    hub().counters().slowCloses.increment();
    sendClose(CloseReason.TOO_SLOW);
  }

  private void enqueueMessage(Message message, long sequence) {
    hub().counters().delivered.increment();
    writer.enqueueText(message, sequence);
    requestFlush();
    if (exceedsQueueLimit()) {
      writer.flush();
      if (exceedsQueueLimit()) {
        closeSlowConsumer();
      }
    }
  }

  private boolean exceedsQueueLimit() {
    HubOptions.Queue most = hub().options().queue();
    return writer.waitingCount() > most.maxMessages()
        || (writer.waitingCount() > 0 && writer.pendingBytes() > most.maxBytes());
  }

  // ---- called by the event loop worker

  /** Schedules a flush of this connection at the end of the event loop's queue. */
  void requestFlush() {
    if (!touched) {
      touched = true;
      eventLoopWorker().scheduleFlush(this);
    }
  }

  /** Stages what is waiting in the event loop's shared buffer. */
  void stage() {
    touched = false;
    if (connectionPhase != ConnectionPhase.GONE) {
      writer.stage();
    }
  }

  /** Called once the staged frames have been sent. */
  void onFlushed() {
    if (catchUp != null) {
      catchUp.runNextStep();
    }
  }

  /** Records that the client sent something. */
  void markActive() {
    heardAt = hub().ticker().getAsLong();
  }

  /**
   * Sends a ping when due, and closes a connection that is silent, stalled or doesn't answer a
   * close.
   */
  void checkKeepAlive(long now) {
    HubOptions.KeepAlive keepAlive = hub().options().keepAlive();
    if (connectionPhase == ConnectionPhase.CLOSING) {
      if (now - pingedAt >= keepAlive.goodbye().toNanos()) {
        forceClose();
      }
      return;
    }
    if (catchUp != null && catchUp.checkProgress(now)) {
      heardAt = now; // accepted bytes are a sign of life
    }
    if (now - heardAt >= keepAlive.silence().toNanos()) {
      hub().counters().silentDrops.increment();
      forceClose();
    } else if (now - pingedAt >= keepAlive.ping().toNanos()
        && connectionPhase == ConnectionPhase.OPEN) {
      pingedAt = now;
      writer.enqueueControl(FrameEncoder::encodePing);
      requestFlush();
    }
  }

  // ---- accessors

  boolean isOpen() {
    return connectionPhase == ConnectionPhase.OPEN;
  }

  boolean isCatchingUp(CatchUp which) {
    return catchUp == which;
  }

  /** Ends catch-up, once everything announced has been written. */
  void markLive() {
    catchUp = null;
  }

  void advanceTo(long seq) {
    position = seq;
  }

  long position() {
    return position;
  }

  long acknowledged() {
    return acknowledged;
  }

  long pendingBytes() {
    return writer.pendingBytes();
  }

  int memberIndex() {
    return place;
  }

  void setMemberIndex(int newPlace) {
    place = newPlace;
  }

  WebSocketConnection connection() {
    return connection;
  }

  FrameWriter frameWriter() {
    return writer;
  }

  Channel channel() {
    return channel;
  }

  EventLoopWorker eventLoopWorker() {
    return connection.eventLoopWorker();
  }

  Hub hub() {
    return eventLoopWorker().hub();
  }
}
