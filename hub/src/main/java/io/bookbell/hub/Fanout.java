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
final class Fanout {
  private static final Logger log = LoggerFactory.getLogger(Fanout.class);

  private final Registry registry;
  private final IdentityHashMap<Lane, Batch> batches = new IdentityHashMap<>();

  private Fanout(Registry registry) {
    this.registry = registry;
  }

  static void send(List<Delivery> change, Registry registry) {
    Fanout fanout = new Fanout(registry);
    change.forEach(fanout::add);
    fanout.batches.values().forEach(Batch::start);
  }

  /** Tells how far the histories of these users reach, without the messages. */
  static void announce(Map<UserId, Long> newest, Registry registry) {
    Fanout fanout = new Fanout(registry);
    newest.forEach((user, sequence) -> fanout.add(user, null, sequence));
    fanout.batches.values().forEach(Batch::start);
  }

  private void add(Delivery delivery) {
    Message message = delivery.message();
    delivery.sequence().forEach((user, sequence) -> add(user, message, sequence));
    delivery.unnumbered().forEach(user -> add(user, message, Sequence.NONE));
  }

  private void add(UserId user, @Nullable Message message, long sequence) {
    for (SocketConnection connection : registry.of(user)) {
      batches.computeIfAbsent(connection.lane(), Batch::new).add(connection, message, sequence);
    }
  }

  /** What one event loop delivers of a change, in the order of the change. */
  private static final class Batch implements Runnable {
    private final Lane lane;
    private final List<SocketConnection> targets = new ArrayList<>();

    /** Null where only the number is known. */
    private final List<@Nullable Message> messages = new ArrayList<>();

    private long[] sequences = new long[8];

    Batch(Lane lane) {
      this.lane = lane;
    }

    void add(SocketConnection target, @Nullable Message message, long sequence) {
      if (targets.size() == sequences.length) {
        sequences = Arrays.copyOf(sequences, sequences.length * 2);
      }
      sequences[targets.size()] = sequence;
      targets.add(target);
      messages.add(message);
    }

    void start() {
      try {
        lane.loop().execute(this);
      } catch (RejectedExecutionException ended) {
        log.debug("An event loop has ended, and its connections with it");
      }
    }

    @Override
    public void run() {
      lane.change();
      for (int i = 0; i < targets.size(); i++) {
        SocketConnection target = targets.get(i);
        try {
          deliver(target.link(), messages.get(i), sequences[i]);
        } catch (RuntimeException failure) {
          log.error("The {} cannot be delivered to; cutting it off", target, failure);
          target.link().cutOff();
        }
      }
    }

    private static void deliver(Link link, @Nullable Message message, long sequence) {
      if (message == null) {
        link.announced(sequence);
      } else {
        link.deliver(message, sequence);
      }
    }
  }
}
