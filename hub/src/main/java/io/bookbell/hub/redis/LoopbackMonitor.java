package io.bookbell.hub.redis;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies that this node receives from Redis what it publishes. Belongs to the backplane's thread,
 * except {@link #state} and {@link #onChange}, which any thread may call. A connection can be open
 * and deliver nothing, so only returning probes count. If they stay away, the monitor renews the
 * subscription if Redis had accepted them, and the publishing connection otherwise.
 */
final class LoopbackMonitor {
  private static final Logger log = LoggerFactory.getLogger(RedisBackplane.class);

  /** The code with which an error of Redis begins, or the advice about a missing permission. */
  private static final Pattern REPLY =
      Pattern.compile("[A-Z][A-Z0-9]+ |" + Pattern.quote(RedisPermission.LACKS));

  private final RedisOptions.Timings timings;
  private final MonitoredConnections monitoredConnections;
  private final RedisCounters counters;
  private final CopyOnWriteArrayList<Consumer<RedisState>> listeners = new CopyOnWriteArrayList<>();
  private final List<LoopbackProbe> probes;
  private final MonitorWording monitorWording;
  private volatile RedisState state = RedisState.CONNECTING;
  private final Set<String> repliesTold = new HashSet<>();
  private boolean openedTold;
  private boolean startedTold;
  private long lastNumber = ThreadLocalRandom.current().nextLong(1L << 40);
  private long probedAt;
  private long tickedAt = System.nanoTime();

  /**
   * @param probes one for each channel to be verified
   */
  LoopbackMonitor(
      RedisOptions.Timings timings,
      MonitoredConnections monitoredConnections,
      RedisCounters counters,
      MonitorWording monitorWording,
      List<LoopbackProbe> probes) {
    this.timings = timings;
    this.monitoredConnections = monitoredConnections;
    this.counters = counters;
    this.monitorWording = monitorWording;
    this.probes = List.copyOf(probes);
  }

  /**
   * The wording of log messages, each after the subject.
   *
   * @param subject what is connected
   * @param opened once both connections are open, for the first time
   * @param started once all probes return, for the first time
   * @param away while they don't
   * @param again once they return again
   */
  record MonitorWording(
      Supplier<String> subject, List<String> opened, String started, String away, String again) {}

  /** The monitored connections; called on the backplane's thread. */
  interface MonitoredConnections {
    /** Whether both connections are open. */
    boolean isUp();

    /** Publishes the number on the channel of every probe. */
    void sendProbes(long number);

    /** Why Redis doesn't accept messages, for the log. */
    String refusalReason();

    /** Replaces the subscription, which receives nothing. */
    void renewSubscription();

    /** Replaces the publishing connection, because Redis doesn't accept messages. */
    void renewPublishing();

    /** Called when all probes return, for the first time or after an outage. */
    void onRecovered();
  }

  RedisState state() {
    return state;
  }

  void onChange(Consumer<RedisState> listener) {
    listeners.add(listener);
  }

  /** Called when a connection has been opened. */
  void onConnectionReady(long now) {
    discardPending();
    if (monitoredConnections.isUp()) {
      logOpened();
      sendProbes(now);
    }
  }

  private void logOpened() {
    if (!openedTold) {
      openedTold = true;
      monitorWording.opened.forEach(step -> log.info("{} {}", monitorWording.subject.get(), step));
    }
  }

  /** Called when a connection is missing. */
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
      return; // this process was paused: what arrived meanwhile hasn't been processed yet
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

  /**
   * Logs the outage once, and again with each further answer by which Redis refuses this node, such
   * as that the password is wrong or a permission is missing.
   */
  private void markDegraded(String why) {
    boolean isNewReply = REPLY.matcher(why).lookingAt() && repliesTold.add(why);
    if (state != RedisState.DEGRADED || isNewReply) {
      log.warn("{} {} ({})", monitorWording.subject.get(), monitorWording.away, why);
    }
    if (state != RedisState.DEGRADED) {
      counters.fallbacks.increment();
      changeState(RedisState.DEGRADED);
    }
  }

  private void markConnected() {
    log.info(
        "{} {}",
        monitorWording.subject.get(),
        startedTold ? monitorWording.again : monitorWording.started);
    startedTold = true;
    repliesTold.clear();
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
