package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.hub.internal.wire.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Distributes one change to the connections of this node. The calling thread collects the targets
 * and then submits one task to each event loop concerned; from then on only that loop touches the
 * task.
 */
final class LocalBroadcast {
  private static final Logger log = LoggerFactory.getLogger(LocalBroadcast.class);

  private final ConnectionRegistry connectionRegistry;
  private final IdentityHashMap<EventLoopWorker, EventLoopBroadcast> batches =
      new IdentityHashMap<>();

  private LocalBroadcast(ConnectionRegistry connectionRegistry) {
    this.connectionRegistry = connectionRegistry;
  }

  /**
   * Distributes the messages of a change.
   *
   * @param timer notified once per event loop after its flush; null if not measured
   */
  static void broadcastAll(
      List<Delivery> change,
      ConnectionRegistry connectionRegistry,
      @Nullable BroadcastTimer timer) {
    LocalBroadcast localBroadcast = new LocalBroadcast(connectionRegistry);
    change.forEach(localBroadcast::addDelivery);
    if (timer != null) {
      timer.expectLoops(localBroadcast.batches.size());
      localBroadcast.batches.values().forEach(batch -> batch.timer = timer);
    }
    localBroadcast.batches.values().forEach(EventLoopBroadcast::startOnLoop);
  }

  /** Announces how far these users' histories reach, without the messages. */
  static void announceSequences(Map<UserId, Long> newest, ConnectionRegistry connectionRegistry) {
    LocalBroadcast localBroadcast = new LocalBroadcast(connectionRegistry);
    newest.forEach((user, sequence) -> localBroadcast.addTargets(user, null, sequence));
    localBroadcast.batches.values().forEach(EventLoopBroadcast::startOnLoop);
  }

  private void addDelivery(Delivery delivery) {
    Message message = delivery.message();
    delivery.sequence().forEach((user, sequence) -> addTargets(user, message, sequence));
    delivery.unnumbered().forEach(user -> addTargets(user, message, Sequence.NONE));
  }

  private void addTargets(UserId user, @Nullable Message message, long sequence) {
    for (LocalConnection connection : connectionRegistry.connectionsOf(user)) {
      batches
          .computeIfAbsent(connection.eventLoopWorker(), EventLoopBroadcast::new)
          .addTarget(connection, message, sequence);
    }
  }

  /** One event loop's part of a change, in the order of the change. */
  private static final class EventLoopBroadcast implements Runnable {
    private final EventLoopWorker eventLoopWorker;
    private final List<LocalConnection> targets = new ArrayList<>();

    /** Null elements are announcements, of which only the number is known. */
    private final List<@Nullable Message> messages = new ArrayList<>();

    private long[] sequences = new long[8];
    private @Nullable BroadcastTimer timer;

    EventLoopBroadcast(EventLoopWorker eventLoopWorker) {
      this.eventLoopWorker = eventLoopWorker;
    }

    void addTarget(LocalConnection target, @Nullable Message message, long sequence) {
      if (targets.size() == sequences.length) {
        sequences = Arrays.copyOf(sequences, sequences.length * 2);
      }
      sequences[targets.size()] = sequence;
      targets.add(target);
      messages.add(message);
    }

    void startOnLoop() {
      try {
        eventLoopWorker.eventLoop().execute(this);
      } catch (RejectedExecutionException ended) {
        log.debug("An event loop has ended, and its connections with it");
        if (timer != null) {
          timer.onLoopFlushed();
        }
      }
    }

    @Override
    public void run() {
      eventLoopWorker.countChange();
      for (int i = 0; i < targets.size(); i++) {
        LocalConnection target = targets.get(i);
        try {
          deliverTo(target.connectionState(), messages.get(i), sequences[i]);
        } catch (RuntimeException failure) {
          log.error("Delivery on {} failed; closing it", target, failure);
          target.connectionState().transport().forceClose();
        }
      }
      if (timer != null) {
        eventLoopWorker.notifyWhenFlushed(timer);
      }
    }

    private static void deliverTo(
        ConnectionState connectionState, @Nullable Message message, long sequence) {
      if (message == null) {
        connectionState.onAnnounced(sequence);
      } else {
        connectionState.deliverMessage(message, sequence);
      }
    }
  }
}
