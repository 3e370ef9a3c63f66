package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.CloseReason;
import io.bookbell.hub.HistoryPage.HistoryEntry;
import io.bookbell.hub.LongPoll;
import io.bookbell.hub.LongPoll.PollOutcome;
import io.bookbell.hub.Message;
import io.bookbell.hub.Position;
import io.bookbell.hub.TransportKind;
import io.bookbell.hub.internal.wire.Sequence;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects messages until a flush finds some, and passes them to the poll's listener: the
 * connection has then ended. While it waits, it holds neither a thread nor a database connection.
 */
final class LongPollTransport implements Transport {
  private static final Logger log = LoggerFactory.getLogger(LongPollTransport.class);

  private final LongPoll poll;
  private final HubContext hub;
  private final long deadline;
  private final Promise<Boolean> closed;
  private final List<HistoryEntry> entries = new ArrayList<>(0);
  private final List<Message> unnumbered = new ArrayList<>(0);
  private @Nullable ConnectionState connectionState;
  private @Nullable Position start;
  private @Nullable Message snapshot;

  /** Of the numbered messages: states come with every answer, so they must not make one due. */
  private long bytes;

  private boolean isDue;
  private boolean isDrained = true;

  LongPollTransport(LongPoll poll, HubContext hub) {
    this.poll = poll;
    this.hub = hub;
    this.deadline = hub.ticker().getAsLong() + poll.waitTime().toNanos();
    this.closed = poll.loop().newPromise();
  }

  @Override
  public TransportKind kind() {
    return TransportKind.LONG_POLL;
  }

  @Override
  public EventLoop eventLoop() {
    return poll.loop();
  }

  @Override
  public void attach(ConnectionState connectionState) {
    this.connectionState = connectionState;
  }

  @Override
  public boolean isActive() {
    return !closed.isDone();
  }

  @Override
  public void startFromSnapshot(Position position, Message first) {
    start = position;
    snapshot = first;
    isDue = true;
    isDrained = false;
  }

  @Override
  public void startFromPosition(Position position, Message first) {
    start = position;
  }

  /**
   * States read during catch-up accompany an answer, but aren't news. What is numbered isn't
   * answered together with a snapshot: the next poll begins at the snapshot's position and gets it.
   */
  @Override
  public void enqueue(Message message, long sequence) {
    isDrained = false;
    if (sequence == Sequence.NONE) {
      unnumbered.add(message);
      isDue |= message.state().isEmpty() || isLive();
    } else if (snapshot == null && !isFull()) {
      entries.add(new HistoryEntry(sequence, message));
      bytes += message.size();
      isDue = true;
    }
  }

  private boolean isLive() {
    return connectionState != null && connectionState.isLive();
  }

  private boolean isFull() {
    return entries.size() >= poll.limit() || bytes >= hub.options().queue().maxBytes();
  }

  @Override
  public void flush() {
    boolean live = isLive();
    stage(live);
    onSharedBufferSent(live);
  }

  @Override
  public void stage(boolean live) {
    isDrained = true;
  }

  /** Answers only now, because sockets shouldn't wait for listeners. */
  @Override
  public void onSharedBufferSent(boolean live) {
    if (isFull() || (live && (isDue || hub.ticker().getAsLong() >= deadline))) {
      answerPoll();
    }
  }

  private void answerPoll() {
    Position from = start;
    if (from != null && !closed.isDone()) {
      long last = entries.isEmpty() ? from.seq() : entries.getLast().seq();
      end(
          new PollOutcome.PolledMessages(
              new Position(from.epoch(), last),
              Optional.ofNullable(snapshot),
              entries,
              unnumbered));
    }
  }

  private void end(PollOutcome outcome) {
    if (closed.trySuccess(true)) {
      if (connectionState != null) {
        connectionState.onClosed();
      }
      try {
        poll.listener().accept(outcome);
      } catch (RuntimeException failure) {
        log.error("The listener of a poll has failed", failure);
      }
    }
  }

  @Override
  public boolean isDrained() {
    return isDrained;
  }

  @Override
  public int waitingCount() {
    return 0;
  }

  @Override
  public long pendingBytes() {
    return 0;
  }

  @Override
  public long progressCount() {
    return 0;
  }

  @Override
  public void sendClose(CloseReason reason, boolean violated) {
    end(new PollOutcome.ClosedPoll(reason));
  }

  @Override
  public void forceClose() {
    end(new PollOutcome.ClosedPoll(CloseReason.GOING_AWAY));
  }

  @Override
  public void checkKeepAlive(long now, boolean progressed) {
    if (isLive() && now >= deadline) {
      answerPoll();
    }
  }

  @Override
  public Future<?> closeFuture() {
    return closed;
  }

  @Override
  public void release() {
    entries.clear();
    unnumbered.clear();
    snapshot = null;
  }
}
