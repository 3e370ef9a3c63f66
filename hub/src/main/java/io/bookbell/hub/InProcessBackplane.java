package io.bookbell.hub;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backplane between managers of one process. Any thread may publish; the receivers of the other
 * nodes run on that thread. Copy-on-write lists hold members and receivers. {@link
 * #InProcessBackplane()} creates a node without peers, which is how a single node runs; {@link
 * Bus#addNode} creates nodes that hear each other.
 */
public final class InProcessBackplane implements Backplane {
  private static final Logger log = LoggerFactory.getLogger(InProcessBackplane.class);

  private final Bus bus;
  private final CopyOnWriteArrayList<NamedReceiver> receivers = new CopyOnWriteArrayList<>();

  /** Creates a node without peers. */
  public InProcessBackplane() {
    this(new Bus());
  }

  private InProcessBackplane(Bus bus) {
    this.bus = bus;
  }

  /** Compared by identity, so that one who subscribes twice can end either subscription. */
  private static final class NamedReceiver {
    final String channel;
    final Consumer<List<Delivery>> receiver;

    NamedReceiver(String channel, Consumer<List<Delivery>> receiver) {
      this.channel = channel;
      this.receiver = receiver;
    }
  }

  @Override
  public Subscription subscribe(String channel, Consumer<List<Delivery>> receiver) {
    var added = new NamedReceiver(channel, receiver);
    receivers.add(added);
    log.debug("WebSocketManager [{}] operates without Redis, within this process", channel);
    return () -> receivers.remove(added);
  }

  @Override
  public void publish(String channel, List<Delivery> change) {
    if (!bus.members.contains(this)) {
      return;
    }
    for (InProcessBackplane other : bus.members) {
      if (other != this) {
        other.deliverToReceivers(channel, change);
      }
    }
  }

  private void deliverToReceivers(String channel, List<Delivery> change) {
    for (NamedReceiver each : receivers) {
      try {
        if (each.channel.equals(channel)) {
          each.receiver.accept(change);
        }
      } catch (RuntimeException failure) {
        log.error("A receiver of the in-process backplane failed; the others go on", failure);
      }
    }
  }

  /** Does nothing: within one process there is no cost in publishing to a node without the user. */
  @Override
  public void presence(String channel, UserId user, boolean connected) {}

  @Override
  public void close() {
    bus.members.remove(this);
    receivers.clear();
  }

  /** Connects nodes of one process. Any thread may add or close nodes. */
  public static final class Bus {
    private final CopyOnWriteArrayList<InProcessBackplane> members = new CopyOnWriteArrayList<>();

    /** Creates a bus without nodes. */
    public Bus() {}

    /** Adds a node, which leaves the bus when it closes. */
    public InProcessBackplane addNode() {
      InProcessBackplane member = new InProcessBackplane(this);
      members.add(member);
      return member;
    }
  }
}
