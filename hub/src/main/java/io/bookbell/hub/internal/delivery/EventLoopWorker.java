package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.internal.wire.BatchedSocketWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one event loop and the work shared among them: batched flushes and the
 * keep-alive timer. Confined to that loop, except for {@link #eventLoop}, {@link #hub}, {@link
 * #socketWriter} and {@link #shutDown}.
 *
 * <p>Connections with something to send are flushed together by a task at the end of the loop's
 * queue, which coalesces several changes for one connection into one write. A write costs the
 * kernel far more than the bytes in it. So while changes arrive in quick succession, the worker
 * waits before many writes for about as long as they will take, at most {@link #MAX_WAIT_NANOS},
 * for more changes to share them. Writes to few connections, and a single change, are never
 * delayed.
 *
 * <p>One timer checks all connections for silence and stalls; it runs while there are any.
 */
final class EventLoopWorker {
  private static final Logger log = LoggerFactory.getLogger(EventLoopWorker.class);

  /** The index of a connection that isn't a member of any worker. */
  static final int NO_PLACE = -1;

  /** The number of sweeps in one ping interval. */
  private static final int SWEEPS_PER_PING = 25;

  private static final int MANY_WRITES = 64;
  private static final long NANOS_PER_WRITE = 5_000;
  private static final long MAX_WAIT_NANOS = 5_000_000;

  private final HubContext hub;
  private final EventLoop loop;
  private final ArrayList<ConnectionState> members = new ArrayList<>();
  private final Runnable flush = this::flushPending;
  private final Runnable gather = this::flushOrDelay;
  private final CharsetDecoder utf8 =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final BatchedSocketWriter batchedSocketWriter;
  private ArrayList<ConnectionState> touched = new ArrayList<>();
  private ArrayList<ConnectionState> flushing = new ArrayList<>();
  private boolean flushComing;

  /** Broadcasts that are measured until the next flush. */
  private ArrayList<BroadcastTimer> timers = new ArrayList<>();

  /** The number of changes since the last flush. */
  private int changes;

  /**
   * Whether several changes shared the last large flush, which makes it likely for the next one.
   */
  private boolean shared;

  private @Nullable ScheduledFuture<?> sweeping;

  EventLoopWorker(HubContext hub, EventLoop loop) {
    this.hub = hub;
    this.loop = loop;
    this.batchedSocketWriter = new BatchedSocketWriter(hub.options().batchedSends());
  }

  HubContext hub() {
    return hub;
  }

  EventLoop eventLoop() {
    return loop;
  }

  BatchedSocketWriter socketWriter() {
    return batchedSocketWriter;
  }

  /** Closes the socket writer when the hub closes. Any thread. */
  void shutDown() {
    try {
      loop.execute(batchedSocketWriter::close);
    } catch (RejectedExecutionException ended) {
      batchedSocketWriter.close();
    }
  }

  void addMember(ConnectionState connectionState) {
    connectionState.setMemberIndex(members.size());
    members.add(connectionState);
    if (sweeping == null) {
      long period =
          Math.max(1, hub.options().keepAlive().pingInterval().toNanos() / SWEEPS_PER_PING);
      sweeping = loop.scheduleAtFixedRate(this::sweep, period, period, TimeUnit.NANOSECONDS);
    }
  }

  void removeMember(ConnectionState connectionState) {
    if (connectionState.memberIndex() == NO_PLACE) {
      return;
    }
    ConnectionState last = members.removeLast();
    if (last != connectionState) {
      members.set(connectionState.memberIndex(), last);
      last.setMemberIndex(connectionState.memberIndex());
    }
    connectionState.setMemberIndex(NO_PLACE);
    if (members.isEmpty() && sweeping != null) {
      sweeping.cancel(false);
      sweeping = null;
    }
  }

  /** Counts a change that is about to be delivered. */
  void countChange() {
    changes++;
  }

  /** Adds a connection to the next flush; called once per connection and flush. */
  void scheduleFlush(ConnectionState connectionState) {
    touched.add(connectionState);
    if (!flushComing) {
      flushComing = true;
      loop.execute(gather);
    }
  }

  /** Tells the timer when what is waiting has been flushed; at once if nothing is waiting. */
  void notifyWhenFlushed(BroadcastTimer timer) {
    if (flushComing) {
      timers.add(timer);
    } else {
      timer.onLoopFlushed();
    }
  }

  private void flushOrDelay() {
    int writes = touched.size();
    boolean alone = changes <= 1 && !shared;
    if (writes < MANY_WRITES || alone) {
      flushPending();
    } else {
      long wait = Math.min(writes * NANOS_PER_WRITE, MAX_WAIT_NANOS);
      loop.schedule(flush, wait, TimeUnit.NANOSECONDS);
    }
  }

  /** Checks every connection, backwards because a check may remove the connection. */
  void sweep() {
    long now = hub.ticker().getAsLong();
    Consumer<ConnectionState> check = each -> each.checkKeepAlive(now);
    for (int place = members.size() - 1; place >= 0; place--) {
      runFor(members.get(place), check);
    }
  }

  /** Closes a connection whose step fails, so that the others aren't concerned. */
  private static void runFor(ConnectionState connectionState, Consumer<ConnectionState> step) {
    try {
      step.accept(connectionState);
    } catch (Throwable failure) { // also if there is no memory for its buffers
      log.error("{} failed; closing it", connectionState.connection(), failure);
      connectionState.transport().forceClose();
    }
  }

  /** Decodes the bytes, or returns null if they aren't valid UTF-8. */
  @Nullable String decodeUtf8(ByteBuf bytes) {
    try {
      return utf8.decode(bytes.nioBuffer()).toString();
    } catch (CharacterCodingException notUtf8) {
      return null;
    }
  }

  private void flushPending() {
    ArrayList<ConnectionState> now = touched;
    touched = flushing;
    flushing = now;
    flushComing = false;
    if (now.size() >= MANY_WRITES) {
      shared = changes > 1;
    }
    changes = 0;
    for (ConnectionState connectionState : now) {
      runFor(connectionState, ConnectionState::stage);
    }
    ArrayList<BroadcastTimer> measured = timers;
    if (!measured.isEmpty()) {
      timers = new ArrayList<>();
    }
    batchedSocketWriter.sendStaged();
    for (ConnectionState connectionState : now) {
      runFor(connectionState, ConnectionState::onFlushed);
    }
    now.clear();
    measured.forEach(BroadcastTimer::onLoopFlushed);
  }
}
