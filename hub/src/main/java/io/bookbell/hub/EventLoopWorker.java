package io.bookbell.hub;

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
import org.jspecify.annotations.Nullable;

/**
 * What one event loop does for its connections; everything here runs on that loop, and only {@link
 * #loop}, {@link #hub} and {@link #socketWriter} may be asked elsewhere.
 *
 * <p>Connections that got something to send are flushed together by a task at the end of the loop's
 * queue, so what several changes sent to one connection in the meantime leaves in one write. A
 * write costs the kernel far more than the bytes in it: while changes come close upon each other,
 * the lane waits before many writes for about as long as they will take, {@link
 * #LONGEST_WAIT_NANOS} at most, for more changes to share them. What is sent to a few connections
 * does not wait, nor does a change that comes alone.
 *
 * <p>One timer for all connections sweeps for the silent and the slow; it runs while there are any.
 */
final class EventLoopWorker {
  /** Where a connection stands that is not in a lane. */
  static final int NO_PLACE = -1;

  /** So many sweeps come between two pings of a connection. */
  private static final int SWEEPS_PER_PING = 25;

  private static final int MANY_WRITES = 64;
  private static final long NANOS_PER_WRITE = 5_000;
  private static final long LONGEST_WAIT_NANOS = 5_000_000;

  private final Hub hub;
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

  /** How many have come since the last flush. */
  private int changes;

  /** Whether several changes shared the last many writes: the next are likely to do so too. */
  private boolean shared;

  private @Nullable ScheduledFuture<?> sweeping;

  EventLoopWorker(Hub hub, EventLoop loop) {
    this.hub = hub;
    this.loop = loop;
    this.batchedSocketWriter = new BatchedSocketWriter(hub.options().ring());
  }

  Hub hub() {
    return hub;
  }

  EventLoop eventLoop() {
    return loop;
  }

  BatchedSocketWriter socketWriter() {
    return batchedSocketWriter;
  }

  /** The hub is closed. Any thread. */
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
      long period = Math.max(1, hub.options().keepAlive().ping().toNanos() / SWEEPS_PER_PING);
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

  /** A change begins to be delivered. */
  void countChange() {
    changes++;
  }

  /** The connection has something to flush; called once until it was flushed. */
  void scheduleFlush(ConnectionState connectionState) {
    touched.add(connectionState);
    if (!flushComing) {
      flushComing = true;
      loop.execute(gather);
    }
  }

  private void flushOrDelay() {
    int writes = touched.size();
    boolean alone = changes <= 1 && !shared;
    if (writes < MANY_WRITES || alone) {
      flushPending();
    } else {
      long wait = Math.min(writes * NANOS_PER_WRITE, LONGEST_WAIT_NANOS);
      loop.schedule(flush, wait, TimeUnit.NANOSECONDS);
    }
  }

  /** Looks after every connection: from the last one, since looking may remove it. */
  void sweep() {
    long now = hub.ticker().getAsLong();
    for (int place = members.size() - 1; place >= 0; place--) {
      members.get(place).checkKeepAlive(now);
    }
  }

  /** The text of these bytes, or null if they are not UTF-8. */
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
      connectionState.stage();
    }
    batchedSocketWriter.sendStaged();
    for (ConnectionState connectionState : now) {
      connectionState.onFlushed();
    }
    now.clear();
  }
}
