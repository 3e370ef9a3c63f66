package io.bookbell.hub;

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
 * The way of one change to the connections of this node: filled by the thread that brings it, then
 * handed over as one task to each event loop concerned, after which only that loop touches the
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

  static void send(List<Delivery> change, ConnectionRegistry connectionRegistry) {
    LocalBroadcast localBroadcast = new LocalBroadcast(connectionRegistry);
    change.forEach(localBroadcast::add);
    localBroadcast.batches.values().forEach(EventLoopBroadcast::start);
  }

  /** Tells how far the histories of these users reach, without the messages. */
  static void announce(Map<UserId, Long> newest, ConnectionRegistry connectionRegistry) {
    LocalBroadcast localBroadcast = new LocalBroadcast(connectionRegistry);
    newest.forEach((user, sequence) -> localBroadcast.add(user, null, sequence));
    localBroadcast.batches.values().forEach(EventLoopBroadcast::start);
  }

  private void add(Delivery delivery) {
    Message message = delivery.message();
    delivery.sequence().forEach((user, sequence) -> add(user, message, sequence));
    delivery.unnumbered().forEach(user -> add(user, message, Sequence.NONE));
  }

  private void add(UserId user, @Nullable Message message, long sequence) {
    for (WebSocketConnection connection : connectionRegistry.of(user)) {
      batches
          .computeIfAbsent(connection.lane(), EventLoopBroadcast::new)
          .add(connection, message, sequence);
    }
  }

  /** What one event loop delivers of a change, in the order of the change. */
  private static final class EventLoopBroadcast implements Runnable {
    private final EventLoopWorker eventLoopWorker;
    private final List<WebSocketConnection> targets = new ArrayList<>();

    /** Null where only the number is known. */
    private final List<@Nullable Message> messages = new ArrayList<>();

    private long[] sequences = new long[8];

    EventLoopBroadcast(EventLoopWorker eventLoopWorker) {
      this.eventLoopWorker = eventLoopWorker;
    }

    void add(WebSocketConnection target, @Nullable Message message, long sequence) {
      if (targets.size() == sequences.length) {
        sequences = Arrays.copyOf(sequences, sequences.length * 2);
      }
      sequences[targets.size()] = sequence;
      targets.add(target);
      messages.add(message);
    }

    void start() {
      try {
        eventLoopWorker.loop().execute(this);
      } catch (RejectedExecutionException ended) {
        log.debug("An event loop has ended, and its connections with it");
      }
    }

    @Override
    public void run() {
      eventLoopWorker.change();
      for (int i = 0; i < targets.size(); i++) {
        WebSocketConnection target = targets.get(i);
        try {
          deliver(target.link(), messages.get(i), sequences[i]);
        } catch (RuntimeException failure) {
          log.error("The {} cannot be delivered to; cutting it off", target, failure);
          target.link().cutOff();
        }
      }
    }

    private static void deliver(
        ConnectionState connectionState, @Nullable Message message, long sequence) {
      if (message == null) {
        connectionState.announced(sequence);
      } else {
        connectionState.deliver(message, sequence);
      }
    }
  }
}
