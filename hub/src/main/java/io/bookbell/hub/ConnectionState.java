package io.bookbell.hub;

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
 * The state of one connection: everything here runs on its event loop, which alone changes it. Only
 * {@link #position}, {@link #acknowledged} (both volatile), {@link #pendingBytes} and {@link
 * #channel} may be asked elsewhere.
 *
 * <p>CATCHING_UP is while {@link #catchUp} is there, LIVE while it is not; see the package.
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

  /** When the last ping left; while closing, when the goodbye began. */
  private long pingedAt;

  private enum ConnectionPhase {
    OPEN,
    CLOSING,
    GONE
  }

  ConnectionState(WebSocketConnection connection, Channel channel) {
    this.connection = connection;
    this.channel = channel;
    this.writer = new FrameWriter(channel, lane().outlet());
    this.heardAt = hub().ticker().getAsLong();
    this.pingedAt = heardAt;
    this.catchUp = new CatchUp(this);
  }

  // ---- beginning and end

  void begin(Optional<Position> since) {
    takeOver();
    if (catchUp != null) {
      catchUp.open(since);
    }
  }

  void turnAway(CloseReason reason) {
    takeOver();
    sayGoodbye(reason);
  }

  private void takeOver() {
    lane().join(this);
    hub().counters().opened.increment();
    try {
      PipelineTakeover.install(channel, hub().decoding(), new FrameReader(this));
      writer.takeOver();
    } catch (RuntimeException failure) {
      log.error("The channel of {} cannot be taken over", connection, failure);
      cutOff();
    }
    if (!channel.isActive()) {
      gone();
    }
  }

  /** The channel is closed. */
  void gone() {
    if (connectionPhase != ConnectionPhase.GONE) {
      connectionPhase = ConnectionPhase.GONE;
      catchUp = null;
      lane().leave(this);
      hub().registry().remove(connection);
      hub().counters().closed.increment();
      writer.release();
    }
  }

  /** Sends a close frame; the client has a moment to answer. */
  void sayGoodbye(CloseReason reason) {
    sayGoodbye(reason, null);
  }

  /** The client sent what it must not; what else it sends may make no sense any more. */
  void refuse(CloseReason reason) {
    hub().counters().protocolErrors.increment();
    sayGoodbye(reason, HALF_CLOSE);
  }

  /** The client closes, or answers our close: ours goes out, and the channel closes behind it. */
  void peerCloses(Consumer<ByteBuf> answer) {
    boolean first = connectionPhase == ConnectionPhase.OPEN;
    beginGoodbye();
    writer.last(first ? answer : _ -> {}, ChannelFutureListener.CLOSE);
    touch();
  }

  /** Closes at once, without waiting for anything to leave. */
  void cutOff() {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      channel.close();
    }
  }

  private void sayGoodbye(CloseReason reason, @Nullable ChannelFutureListener afterwards) {
    if (connectionPhase == ConnectionPhase.OPEN) {
      beginGoodbye();
      CloseReason told = withDelay(reason);
      writer.last(out -> FrameEncoder.close(told, out), afterwards);
      touch();
    }
  }

  private void beginGoodbye() {
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

  /** A message for this connection, {@link Sequence#NONE} or numbered. */
  void deliver(Message message, long sequence) {
    if (connectionPhase != ConnectionPhase.OPEN) {
      return;
    }
    if (catchUp != null) {
      catchUp.meanwhile(message, sequence);
    } else if (sequence == Sequence.NONE) {
      queue(message, sequence);
    } else if (sequence == position + 1) {
      position = sequence;
      queue(message, sequence);
    } else if (sequence > position) {
      goBack(sequence);
    } else {
      hub().counters().repeated.increment();
    }
  }

  /** The history holds this number by now; its message is to be read there. */
  void announced(long sequence) {
    if (connectionPhase != ConnectionPhase.OPEN) {
      return;
    }
    if (catchUp != null) {
      catchUp.announced(sequence);
    } else if (sequence > position) {
      goBack(sequence);
    }
  }

  private void goBack(long upTo) {
    hub().counters().gaps.increment();
    catchUp = new CatchUp(this);
    catchUp.fill(upTo);
  }

  /** An answer that names the last number queued before it. */
  void answer(LongFunction<Message> reply) {
    if (connectionPhase != ConnectionPhase.OPEN) {
      return;
    }
    if (catchUp != null) {
      catchUp.defer(reply);
    } else {
      queue(reply.apply(position), Sequence.NONE);
    }
  }

  void acknowledge(long seq) {
    acknowledged = Math.max(acknowledged, Math.min(seq, position));
  }

  void pong(ByteBuf payload) {
    if (connectionPhase == ConnectionPhase.OPEN) {
      writer.control(out -> FrameEncoder.pong(payload, out));
      touch();
    }
  }

  void tooSlow() {
    hub().counters().slowCloses.increment();
    sayGoodbye(CloseReason.TOO_SLOW);
  }

  private void queue(Message message, long sequence) {
    hub().counters().delivered.increment();
    writer.text(message, sequence);
    touch();
    if (isOverfull()) {
      writer.flush();
      if (isOverfull()) {
        tooSlow();
      }
    }
  }

  private boolean isOverfull() {
    HubOptions.Queue most = hub().options().queue();
    return writer.waiting() > most.maxMessages()
        || (writer.waiting() > 0 && writer.pendingBytes() > most.maxBytes());
  }

  // ---- what the lane does for all connections

  /** Asks the lane to flush this connection at the end of the turn. */
  void touch() {
    if (!touched) {
      touched = true;
      lane().touched(this);
    }
  }

  /** Lays what there is to send where the lane sends it from. */
  void lay() {
    touched = false;
    if (connectionPhase != ConnectionPhase.GONE) {
      writer.lay();
    }
  }

  /** What was laid has been sent. */
  void flushed() {
    if (catchUp != null) {
      catchUp.advance();
    }
  }

  /** Something came from the client. */
  void heard() {
    heardAt = hub().ticker().getAsLong();
  }

  /** Pings, and lets go of the dead and the stalled. */
  void sweep(long now) {
    HubOptions.KeepAlive keepAlive = hub().options().keepAlive();
    if (connectionPhase == ConnectionPhase.CLOSING) {
      if (now - pingedAt >= keepAlive.goodbye().toNanos()) {
        cutOff();
      }
      return;
    }
    if (catchUp != null && catchUp.sweep(now)) {
      heardAt = now; // bytes that the other side took are a sign of life
    }
    if (now - heardAt >= keepAlive.silence().toNanos()) {
      hub().counters().silentDrops.increment();
      cutOff();
    } else if (now - pingedAt >= keepAlive.ping().toNanos()
        && connectionPhase == ConnectionPhase.OPEN) {
      pingedAt = now;
      writer.control(FrameEncoder::ping);
      touch();
    }
  }

  // ---- what belongs to it

  boolean isOpen() {
    return connectionPhase == ConnectionPhase.OPEN;
  }

  boolean isCatchingUp(CatchUp which) {
    return catchUp == which;
  }

  /** Everything announced was written: LIVE. */
  void caughtUp() {
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

  int place() {
    return place;
  }

  void place(int newPlace) {
    place = newPlace;
  }

  WebSocketConnection connection() {
    return connection;
  }

  FrameWriter writer() {
    return writer;
  }

  Channel channel() {
    return channel;
  }

  EventLoopWorker lane() {
    return connection.lane();
  }

  Hub hub() {
    return lane().hub();
  }
}
