package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.CloseReason;
import io.bookbell.hub.HistoryPage;
import io.bookbell.hub.HistoryStart;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.Message;
import io.bookbell.hub.MessageHistory;
import io.bookbell.hub.Position;
import io.bookbell.hub.UserId;
import io.bookbell.hub.internal.wire.Sequence;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays missed messages to one connection while that is CATCHING_UP. Used on the connection's
 * event loop only; results of {@link MessageHistory} calls are handed back to it.
 *
 * <p>The history is read page by page, the next page only once the socket has accepted the last
 * (backpressure). Numbered live messages that arrive meanwhile aren't kept: only the highest number
 * is remembered, and the messages are read from the history too. Of each state the newest version
 * is kept; replies and other unnumbered messages wait. Once everything announced has been written,
 * states and waiting messages follow, and the connection becomes LIVE.
 */
final class CatchUp {
  private static final Logger log = LoggerFactory.getLogger(CatchUp.class);

  /**
   * A client whose history has ended begins again soon, without the delay that spreads the clients
   * of a node that shuts down: only this user's do so now, and they show what the user may not see
   * any more.
   */
  private static final long MAX_RESTART_DELAY_MILLIS = 500;

  private final ConnectionState connectionState;
  private final HubContext hub;
  private final Map<String, Message> states = new LinkedHashMap<>();
  private final ArrayDeque<LongFunction<Message>> waiting = new ArrayDeque<>();
  private int waitingReplies;
  private long waitingBytes;
  private long announced;
  private boolean replaying;
  private boolean statesDue;
  private boolean readPending;
  private long readStartedAt;
  private long progress;
  private long progressAt;

  CatchUp(ConnectionState connectionState) {
    this.connectionState = connectionState;
    this.hub = connectionState.hub();
    this.progressAt = hub.ticker().getAsLong();
  }

  /** Starts a new connection: asks the history for a snapshot or a resume. */
  void openHistory(Optional<Position> since) {
    readAsync(() -> hub.messageHistory().open(user(), since), this::onHistoryOpened);
  }

  /** Starts after a gap: reads everything up to the announced number. */
  void fillGap(long upTo) {
    announced = upTo;
    runNextStep();
  }

  /** Handles a live message that arrives during catch-up. */
  void onLiveMessage(Message message, long sequence) {
    if (sequence != Sequence.NONE) {
      raiseTarget(sequence);
    } else if (message.state().isPresent()) {
      keepLatestState(message);
    } else {
      waiting.add(_ -> message);
      waitingBytes += message.size();
      HubOptions.Queue most = hub.options().queue();
      if (waitingBytes > most.maxBytes() || waiting.size() > most.maxMessages()) {
        connectionState.closeSlowConsumer();
      }
    }
  }

  /** Notes that the history now reaches at least this number. */
  void raiseTarget(long sequence) {
    announced = Math.max(announced, sequence);
  }

  /** Queues a reply until everything before it has been written. */
  void deferReply(LongFunction<Message> reply) {
    waiting.add(reply);
    if (++waitingReplies > hub.options().client().maxDeferredReplies()) {
      connectionState.closeOnProtocolError(CloseReason.TOO_MANY_MESSAGES);
    }
  }

  /**
   * Takes the next step unless a read is in progress or the socket hasn't accepted everything yet.
   */
  void runNextStep() {
    if (readPending
        || !connectionState.isCatchingUp(this)
        || !connectionState.transport().isDrained()) {
      return;
    }
    if (replaying || announced > connectionState.position()) {
      long announcedBefore = announced;
      int limit = hub.options().queue().pageSize();
      readAsync(
          () -> hub.messageHistory().read(user(), connectionState.position(), limit),
          historyPage -> onPageRead(historyPage, limit, announcedBefore));
    } else if (statesDue) {
      readAsync(() -> hub.messageHistory().readStates(user()), this::onStatesRead);
    } else {
      goLive();
    }
  }

  /**
   * Checks for progress, and closes the connection if there has been none for longer than {@link
   * HubOptions.Queue#stallTimeout}, or if the history hasn't answered for so long.
   *
   * @return whether the socket has accepted anything since the last call
   */
  boolean checkProgress(long now) {
    long progressNow = connectionState.transport().progressCount();
    boolean progressed = progressNow > progress;
    progress = progressNow;
    if (progressed) {
      progressAt = now;
    }
    if (now - (readPending ? readStartedAt : progressAt)
        >= hub.options().queue().stallTimeout().toNanos()) {
      if (readPending) {
        onReadFailed(
            new IllegalStateException("no answer within " + hub.options().queue().stallTimeout()));
      } else {
        connectionState.closeSlowConsumer();
      }
    }
    return progressed;
  }

  private void onHistoryOpened(HistoryStart historyStart) {
    switch (historyStart) {
      case HistoryStart.SnapshotStart(Position position, Message first) -> {
        connectionState.advanceTo(position.seq());
        connectionState.transport().startFromSnapshot(position, first);
        connectionState.requestFlush();
      }
      case HistoryStart.ResumedStart(Position position, Message first) -> {
        connectionState.advanceTo(position.seq());
        connectionState.transport().startFromPosition(position, first);
        connectionState.requestFlush();
        replaying = true;
        statesDue = true;
      }
      case HistoryStart.RefusedStart(CloseReason reason) -> connectionState.sendClose(reason);
    }
  }

  private void onPageRead(HistoryPage historyPage, int limit, long announcedBefore) {
    switch (historyPage) {
      case HistoryPage.TruncatedHistory() ->
          connectionState.sendClose(ConnectionState.goingAway(MAX_RESTART_DELAY_MILLIS));
      case HistoryPage.HistoryEntries(List<HistoryPage.HistoryEntry> entries) -> {
        entries.forEach(this::replayEntry);
        if (entries.size() < limit) {
          onHistoryEnd(announcedBefore);
        }
      }
    }
  }

  private void replayEntry(HistoryPage.HistoryEntry historyEntry) {
    if (historyEntry.seq() != connectionState.position() + 1) {
      throw new IllegalStateException(
          "expected number "
              + (connectionState.position() + 1)
              + " of the history, got "
              + historyEntry.seq());
    }
    connectionState.advanceTo(historyEntry.seq());
    hub.counters().replayed.increment();
    enqueueMessage(historyEntry.message(), historyEntry.seq());
  }

  /**
   * The read reached the end of the history: numbers announced before it and not found don't exist.
   */
  private void onHistoryEnd(long announcedBefore) {
    replaying = false;
    if (announcedBefore > connectionState.position()) {
      hub.counters().emptyAnnouncements.increment();
      if (announced == announcedBefore) {
        announced = connectionState.position();
      }
    }
  }

  private void onStatesRead(List<Message> current) {
    statesDue = false;
    current.forEach(this::keepLatestState);
    writeStates();
  }

  private void keepLatestState(Message message) {
    Message.StateKey key = message.state().orElseThrow();
    states.merge(
        key.key(), message, (old, other) -> versionOf(other) < versionOf(old) ? old : other);
  }

  private static long versionOf(Message message) {
    return message.state().orElseThrow().version();
  }

  private void goLive() {
    writeStates();
    waiting.forEach(
        message -> enqueueMessage(message.apply(connectionState.position()), Sequence.NONE));
    connectionState.markLive();
  }

  private void writeStates() {
    states.values().forEach(message -> enqueueMessage(message, Sequence.NONE));
    states.clear();
  }

  private void enqueueMessage(Message message, long sequence) {
    connectionState.transport().enqueue(message, sequence);
    connectionState.requestFlush();
  }

  private <T> void readAsync(Supplier<CompletionStage<T>> question, Consumer<T> then) {
    readPending = true;
    readStartedAt = hub.ticker().getAsLong();
    try {
      question
          .get()
          .whenComplete(
              (answer, failure) ->
                  connectionState
                      .connection()
                      .runOnLoop(() -> onReadCompleted(answer, failure, then)));
    } catch (RuntimeException failure) {
      onReadFailed(failure);
    }
  }

  private <T> void onReadCompleted(T answer, @Nullable Throwable failure, Consumer<T> then) {
    readPending = false;
    progressAt = hub.ticker().getAsLong();
    if (!connectionState.isCatchingUp(this)) {
      return;
    }
    if (failure != null) {
      onReadFailed(failure);
      return;
    }
    try {
      then.accept(answer);
    } catch (RuntimeException invalidPage) {
      onReadFailed(invalidPage);
    }
    runNextStep();
  }

  private UserId user() {
    return connectionState.connection().user();
  }

  private void onReadFailed(Throwable failure) {
    hub.counters().failedReads.increment();
    log.warn("The history of user {} cannot be read; closing", user(), failure);
    connectionState.sendClose(CloseReason.GOING_AWAY);
  }
}
