package io.bookbell.hub;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins managers of one process: any thread publishes, and the receivers of the others are called
 * on that thread; copy-on-write lists guard who is joined and who receives. One made with {@link
 * #InProcessBackplane()} is alone, which is how a single node runs; {@link Bus#addNode} makes
 * several that hear each other.
 */
public final class InProcessBackplane implements Backplane {
  private static final Logger log = LoggerFactory.getLogger(InProcessBackplane.class);

  private final Bus bus;
  private final CopyOnWriteArrayList<Consumer<List<Delivery>>> receivers =
      new CopyOnWriteArrayList<>();

  /** A node that has no others. */
  public InProcessBackplane() {
    this(new Bus());
  }

  private InProcessBackplane(Bus bus) {
    this.bus = bus;
  }

  @Override
  public void subscribe(Consumer<List<Delivery>> receiver) {
    receivers.add(receiver);
  }

  @Override
  public void publish(List<Delivery> change) {
    if (!bus.members.contains(this)) {
      return;
    }
    for (InProcessBackplane other : bus.members) {
      if (other != this) {
        other.deliverToReceivers(change);
      }
    }
  }

  private void deliverToReceivers(List<Delivery> change) {
    for (Consumer<List<Delivery>> receiver : receivers) {
      try {
        receiver.accept(change);
      } catch (RuntimeException failure) {
        log.error("A receiver of the in-process backplane failed; the others go on", failure);
      }
    }
  }

  /** Changes nothing: telling a node of this process too much costs nothing. */
  @Override
  public void presence(UserId user, boolean connected) {}

  @Override
  public void close() {
    bus.members.remove(this);
    receivers.clear();
  }

  /** What the joined ones have in common. Any thread may join and leave. */
  public static final class Bus {
    private final CopyOnWriteArrayList<InProcessBackplane> members = new CopyOnWriteArrayList<>();

    /** A further node on this bus; closing it leaves the bus. */
    public InProcessBackplane addNode() {
      InProcessBackplane member = new InProcessBackplane(this);
      members.add(member);
      return member;
    }
  }
}
