package io.bookbell.hub.redis;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Redis brings back what this node publishes. For the backplane's thread, but {@link
 * #state} and {@link #onChange} are for any. A connection can be open and deaf, so only probes
 * count: when they stay away, the subscription is renewed if Redis had accepted them, and else the
 * connection that publishes.
 */
final class LoopbackMonitor {
  private static final Logger log = LoggerFactory.getLogger(RedisBackplane.class);

  private final RedisOptions.Timings timings;
  private final MonitoredConnections monitoredConnections;
  private final RedisCounters counters;
  private final CopyOnWriteArrayList<Consumer<RedisState>> listeners = new CopyOnWriteArrayList<>();
  private final List<LoopbackProbe> probes;
  private final MonitorWording monitorWording;
  private volatile RedisState state = RedisState.CONNECTING;
  private String grantTold = "";
  private long lastNumber = ThreadLocalRandom.current().nextLong(1L << 40);
  private long probedAt;
  private long tickedAt = System.nanoTime();

  /**
   * @param probes one for each channel that must bring back what is published
   */
  LoopbackMonitor(
      RedisOptions.Timings timings,
      MonitoredConnections monitoredConnections,
      RedisCounters counters,
      MonitorWording monitorWording,
      LoopbackProbe... probes) {
    this.timings = timings;
    this.monitoredConnections = monitoredConnections;
    this.counters = counters;
    this.monitorWording = monitorWording;
    this.probes = List.of(probes);
  }

  /**
   * How the log tells of it.
   *
   * @param what is there or not
   * @param otherwise what holds while it is not
   */
  record MonitorWording(String what, String otherwise) {}

  /** What is watched; called on the backplane's thread. */
  interface MonitoredConnections {
    /** Whether there are both connections. */
    boolean isUp();

    /** Publishes the number for every probe. */
    void sendProbes(long number);

    /** Why Redis does not take what is published, in words. */
    String refusalReason();

    /** The subscription is deaf. */
    void renewSubscription();

    /** Redis does not take what is published. */
    void renewPublishing();

    /** Everything is heard, after a time when it was not. */
    void onRecovered();
  }

  RedisState state() {
    return state;
  }

  void onChange(Consumer<RedisState> listener) {
    listeners.add(listener);
  }

  /** A connection was made. */
  void onConnectionReady(long now) {
    discardPending();
    if (monitoredConnections.isUp()) {
      sendProbes(now);
    }
  }

  /** A connection is missing. */
  void onConnectionLost(String why) {
    discardPending();
    markDegraded(why);
  }

  void onProbeReturned(LoopbackProbe which, long number, long now) {
    which.markReturned(number, now);
    if (probes.stream().allMatch(LoopbackProbe::hasReturned) && state != RedisState.CONNECTED) {
      markConnected();
    }
  }

  void checkProbes(long now) {
    if (monitoredConnections.isUp() && now - probedAt >= timings.probe().toNanos()) {
      sendProbes(now);
    }
    long most = timings.silence().toNanos();
    boolean stoodStill = now - tickedAt > most / 2;
    tickedAt = now;
    if (stoodStill) {
      return; // this process did: what came meanwhile has yet to be looked at
    }
    if (probes.stream().anyMatch(loopbackProbe -> loopbackProbe.isOverdue(now, most))) {
      onSilence();
    }
  }

  private void sendProbes(long now) {
    probedAt = now;
    long number = ++lastNumber;
    probes.forEach(loopbackProbe -> loopbackProbe.markSent(number, now));
    monitoredConnections.sendProbes(number);
  }

  private void onSilence() {
    boolean taken = probes.stream().anyMatch(LoopbackProbe::isAccepted);
    discardPending();
    if (taken) {
      markDegraded("what is published does not come back");
      monitoredConnections.renewSubscription();
    } else {
      markDegraded(monitoredConnections.refusalReason());
      monitoredConnections.renewPublishing();
    }
  }

  private void discardPending() {
    probes.forEach(LoopbackProbe::discardPending);
  }

  /** Told once, and again when it turns out that somebody has to grant something. */
  private void markDegraded(String why) {
    boolean mendable = RedisPermission.isPermissionReason(why) && !why.equals(grantTold);
    if (state != RedisState.DEGRADED || mendable) {
      log.warn("{} is away: {} ({})", monitorWording.what, monitorWording.otherwise, why);
      grantTold = mendable ? why : grantTold;
    }
    if (state != RedisState.DEGRADED) {
      changeState(RedisState.DEGRADED);
    }
  }

  private void markConnected() {
    log.info("{} connected{}", monitorWording.what, state == RedisState.DEGRADED ? " again" : "");
    monitoredConnections.onRecovered();
    changeState(RedisState.CONNECTED);
  }

  private void changeState(RedisState next) {
    state = next;
    counters.stateChanges.increment();
    for (Consumer<RedisState> listener : listeners) {
      try {
        listener.accept(next);
      } catch (RuntimeException failure) {
        log.error("A listener to the state of the Redis backplane failed", failure);
      }
    }
  }
}
