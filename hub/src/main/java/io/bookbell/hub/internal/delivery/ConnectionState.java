package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.CloseReason;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.Message;
import io.bookbell.hub.Position;
import io.bookbell.hub.internal.wire.Sequence;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of one connection, whatever its {@link Transport}, confined to its event loop. Only
 * {@link #position}, {@link #acknowledged} (both volatile), and what the transport allows may be
 * read on other threads.
 *
 * <p>The connection is CATCHING_UP while {@link #catchUp} is set, and LIVE otherwise; the package
 * documentation describes the phases.
 */
final class ConnectionState {
  private static final Logger log = LoggerFactory.getLogger(ConnectionState.class);

  private final LocalConnection connection;
  private final Transport transport;

  private volatile long position;
  private volatile long acknowledged;
  private @Nullable CatchUp catchUp;
  private ConnectionPhase connectionPhase = ConnectionPhase.OPEN;
  private boolean touched;
  private int place = EventLoopWorker.NO_PLACE;
  private long closingSince;

  private enum ConnectionPhase {
    OPEN,
    CLOSING,
    GONE
  }

  ConnectionState(LocalConnection connection, Transport transport) {
    this.connection = connection;
    this.transport = transport;
    this.catchUp = new CatchUp(this);
  }

  // ---- opening and closing

  void startDelivery(Optional<Position> since) {
    attachTransport();
    if (catchUp != null) {
      catchUp.openHistory(since);
    }
  }

  void rejectConnection(CloseReason reason) {
    attachTransport();
    sendClose(reason);
  }

  private void attachTransport() {
    eventLoopWorker().addMember(this);
    hub().counters().countOpened(transport.kind());
    try {
      transport.attach(this);
    } catch (RuntimeException failure) {
      log.error("The channel of {} cannot be taken over", connection, failure);
      transport.forceClose();
    }
    if (!transport.isActive()) {
      onClosed();
    }
  }

  /** Cleans up after the transport has ended. Idempotent. */
  void onClosed() {
    if (connectionPhase != ConnectionPhase.GONE) {
      connectionPhase = ConnectionPhase.GONE;
      catchUp = null;
      eventLoopWorker().removeMember(this);
      hub().registry().remove(connection);
      hub().counters().closed.increment();
      transport.release();
    }
  }

  /** Tells the client why the connection ends, after which it has a moment to take note. */
  void sendClose(CloseReason reason) {
    sendClose(reason, false);
  }

  /** Closes after a protocol violation. */
  void closeOnProtocolError(CloseReason reason) {
    hub().counters().protocolErrors.increment();
    sendClose(reason, true);
  }

  private void sendClose(CloseReason reason, boolean violated) {
    if (beginClosing()) {
      transport.sendClose(withDelay(reason), violated);
      requestFlush();
    }
  }

  /** Sends nothing more from now on. Returns whether the connection was open. */
  boolean beginClosing() {
    if (connectionPhase != ConnectionPhase.OPEN) {
      return false;
    }
    connectionPhase = ConnectionPhase.CLOSING;
    catchUp = null;
    closingSince = hub().ticker().getAsLong();
    return true;
  }

  private CloseReason withDelay(CloseReason reason) {
    if (reason.code() != CloseReason.GOING_AWAY.code() || !reason.text().isEmpty()) {
      return reason;
    }
    return goingAway(hub().options().reconnectSpread().toMillis());
  }

  /** The reason that tells a client to come back after a random time, at most so long. */
  static CloseReason goingAway(long mostMillis) {
    long delay = ThreadLocalRandom.current().nextLong(mostMillis + 1);
    return new CloseReason(CloseReason.GOING_AWAY.code(), Long.toString(delay));
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

  void closeSlowConsumer() {
    hub().counters().slowCloses.increment();
    sendClose(CloseReason.TOO_SLOW);
  }

  private void enqueueMessage(Message message, long sequence) {
    hub().counters().delivered.increment();
    transport.enqueue(message, sequence);
    requestFlush();
    if (exceedsQueueLimit()) {
      transport.flush();
      if (exceedsQueueLimit()) {
        closeSlowConsumer();
      }
    }
  }

  private boolean exceedsQueueLimit() {
    HubOptions.Queue most = hub().options().queue();
    return transport.waitingCount() > most.maxMessages()
        || (transport.waitingCount() > 0 && transport.pendingBytes() > most.maxBytes());
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
      transport.stage(isLive());
    }
  }

  /** Called once the staged frames have been sent. */
  void onFlushed() {
    if (connectionPhase != ConnectionPhase.GONE) {
      transport.onSharedBufferSent(isLive());
    }
    if (catchUp != null) {
      catchUp.runNextStep();
    }
  }

  /**
   * Lets the transport keep an open connection alive, and ends one that is stalled or doesn't
   * answer a close.
   */
  void checkKeepAlive(long now) {
    boolean progressed = catchUp != null && catchUp.checkProgress(now);
    if (connectionPhase == ConnectionPhase.OPEN) {
      transport.checkKeepAlive(now, progressed);
    } else if (now - closingSince >= hub().options().keepAlive().closeTimeout().toNanos()) {
      transport.forceClose();
    }
  }

  // ---- accessors

  boolean isOpen() {
    return connectionPhase == ConnectionPhase.OPEN;
  }

  boolean isCatchingUp(CatchUp which) {
    return catchUp == which;
  }

  /** Whether the connection is open and has caught up. */
  boolean isLive() {
    return connectionPhase == ConnectionPhase.OPEN && catchUp == null;
  }

  /** Ends catch-up, once everything announced has been written; the flush tells the transport. */
  void markLive() {
    catchUp = null;
    requestFlush();
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

  int memberIndex() {
    return place;
  }

  void setMemberIndex(int newPlace) {
    place = newPlace;
  }

  LocalConnection connection() {
    return connection;
  }

  Transport transport() {
    return transport;
  }

  EventLoopWorker eventLoopWorker() {
    return connection.eventLoopWorker();
  }

  HubContext hub() {
    return eventLoopWorker().hub();
  }
}
