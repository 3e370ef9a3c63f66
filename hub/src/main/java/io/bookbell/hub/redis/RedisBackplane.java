package io.bookbell.hub.redis;

import io.bookbell.hub.Backplane;
import io.bookbell.hub.Delivery;
import io.bookbell.hub.UserId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Backplane} over Redis, which may be unavailable at any time, including at startup. Any
 * thread may call any method. None waits for Redis, except that {@link #close} takes a moment.
 * Receivers run on the event loop of the subscription; the backplane's own thread manages
 * connections and peers, as the package documentation describes.
 *
 * <p>Nothing is queued for later: whatever Redis doesn't accept now is refused and counted, and the
 * nodes concerned find it in the {@link io.bookbell.hub.MessageHistory}.
 */
public final class RedisBackplane implements Backplane {
  private static final Logger log = LoggerFactory.getLogger(RedisBackplane.class);
  private static final Duration GOODBYE = Duration.ofMillis(200);

  private final RedisOptions options;
  private final RedisCounters counters = new RedisCounters();
  private final BackplaneThread thread = new BackplaneThread();
  private final LocalPresence users;

  /** The probe of the channel to which every node subscribes. */
  private final LoopbackProbe broadcastProbe;

  /** The probe of this node's own channel. */
  private final LoopbackProbe nodeProbe;

  private final MonitoredPubSub monitoredPubSub;
  private final PeerDirectory peerDirectory;
  private final CopyOnWriteArrayList<ChannelReceiver> receivers = new CopyOnWriteArrayList<>();
  private final AtomicBoolean opened = new AtomicBoolean();
  private final AtomicBoolean telling = new AtomicBoolean();
  private final AtomicBoolean otherVersionSeen = new AtomicBoolean();
  private final AtomicBoolean otherLifeSeen = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile String databaseEpoch;

  /** Compared by identity, so that one who subscribes twice can end either subscription. */
  private static final class ChannelReceiver {
    final String channel;
    final Consumer<List<Delivery>> receiver;

    ChannelReceiver(String channel, Consumer<List<Delivery>> receiver) {
      this.channel = channel;
      this.receiver = receiver;
    }
  }

  /** Creates a backplane, which starts to connect when somebody subscribes to a channel. */
  public RedisBackplane(RedisOptions options) {
    this.options = options;
    this.databaseEpoch = options.databaseEpoch();
    this.users = new LocalPresence(options.node());
    this.peerDirectory = new PeerDirectory(options.timings(), this::querySnapshot);
    String node = options.node();
    this.broadcastProbe =
        new LoopbackProbe(
            options.broadcastChannel(),
            number -> new NodeMessage.NodeHeartbeat(node, users.currentVersion(), number));
    this.nodeProbe =
        new LoopbackProbe(
            options.channelOf(node), number -> new NodeMessage.LoopbackEcho(node, number));
    var channels =
        new MonitoredPubSub.SubscribedChannels(
            List.of(broadcastProbe, nodeProbe), List.of(), (_, frame) -> onFrame(frame));
    this.monitoredPubSub =
        new MonitoredPubSub(
            options,
            () -> databaseEpoch,
            thread,
            counters,
            wording(),
            channels,
            this::resetSilence);
  }

  private LoopbackMonitor.MonitorWording wording() {
    return new LoopbackMonitor.MonitorWording(
        this::managers,
        List.of("connected to Redis", "subscribed to Redis channel " + options.broadcastChannel()),
        "listener started",
        "operates without Redis, delivering from the database",
        "connected to Redis again");
  }

  /** The managers that use this backplane, for the log. */
  private String managers() {
    return receivers.stream()
        .map(each -> each.channel)
        .distinct()
        .sorted()
        .collect(Collectors.joining(", ", "WebSocketManager [", "]"));
  }

  @Override
  public Subscription subscribe(String channel, Consumer<List<Delivery>> receiver) {
    var added = new ChannelReceiver(channel, receiver);
    receivers.add(added);
    if (opened.compareAndSet(false, true)) {
      thread.execute(monitoredPubSub::open);
      thread.scheduleWithFixedDelay(
          options.timings().probe().dividedBy(4), this::runPeriodicChecks);
    }
    return () -> receivers.remove(added);
  }

  @Override
  public void publish(String channel, List<Delivery> change) {
    if (!closed.get()) {
      peerDirectory.forEach(
          peerNode -> publish(channel, peerNode.filterRelevant(change), peerNode));
    }
  }

  private void publish(String channel, List<Delivery> meant, PeerNode peerNode) {
    if (meant.isEmpty()) {
      return;
    }
    byte[] frame =
        NodeMessageCodec.encode(
            databaseEpoch, new NodeMessage.CommittedDeliveries(options.node(), channel, meant));
    monitoredPubSub
        .channelPublisher()
        .sendChange(options.channelOf(peerNode.node()), frame)
        .thenAccept(
            accepted -> {
              if (accepted) {
                counters.publishedBytes.add(frame.length);
                counters.published.increment();
              }
            });
  }

  @Override
  public void presence(String channel, UserId user, boolean connected) {
    users.recordPresence(channel, user, connected);
    if (telling.compareAndSet(false, true)) {
      thread.schedule(options.timings().batch(), this::publishPresence);
    }
  }

  /**
   * Switches to a new epoch, for example after restoring a backup: from now on only frames of nodes
   * in the same epoch are accepted.
   *
   * @param newDatabaseEpoch see {@link RedisOptions#databaseEpoch}
   */
  public void startEpoch(String newDatabaseEpoch) {
    RedisOptions.checkDatabaseEpoch(newDatabaseEpoch);
    databaseEpoch = newDatabaseEpoch;
  }

  public RedisState state() {
    return monitoredPubSub.loopbackMonitor().state();
  }

  /**
   * Registers a listener for state changes from now on. It runs on the backplane's thread and must
   * be quick.
   */
  public void onStateChange(Consumer<RedisState> listener) {
    monitoredPubSub.loopbackMonitor().onChange(listener);
  }

  public RedisStatistics statistics() {
    return counters.snapshot(peerDirectory);
  }

  /** The name of this node, for logs and health checks. */
  public String node() {
    return options.node();
  }

  /** Announces the shutdown if Redis is available, and closes all connections and threads. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    thread.close();
    receivers.clear(); // later, because the thread names their channels in the log
    monitoredPubSub
        .channelPublisher()
        .send(options.broadcastChannel(), new NodeMessage.NodeShutdown(options.node()))
        .toCompletableFuture()
        .completeOnTimeout(false, GOODBYE.toMillis(), TimeUnit.MILLISECONDS)
        .join();
    monitoredPubSub.close();
  }

  /** The users connected to that node as far as known here, for tests. */
  Optional<Set<UserId>> usersOf(String node) {
    return peerDirectory.usersOf(node);
  }

  // ---- on the subscription's event loop

  private void onFrame(byte[] frame) {
    if (closed.get()) {
      return;
    }
    if (NodeMessageCodec.hasOtherVersion(frame)) {
      rejectOtherVersion(frame[0]);
      return;
    }
    try {
      if (NodeMessageCodec.hasOtherDatabaseEpoch(frame, databaseEpoch)) {
        rejectOtherEpoch();
        return;
      }
      dispatchMessage(NodeMessageCodec.decode(frame), frame.length);
    } catch (MalformedFrameException malformed) {
      counters.malformed.increment();
    }
  }

  private void dispatchMessage(NodeMessage message, int bytes) {
    if (message
        instanceof NodeMessage.CommittedDeliveries(_, String channel, List<Delivery> deliveries)) {
      counters.received.increment();
      counters.receivedBytes.add(bytes);
      receivers.stream()
          .filter(each -> each.channel.equals(channel))
          .forEach(each -> callReceiver(deliveries, each.receiver));
    } else {
      thread.execute(() -> handleMessage(message, System.nanoTime()));
    }
  }

  private static void callReceiver(List<Delivery> change, Consumer<List<Delivery>> receiver) {
    try {
      receiver.accept(change);
    } catch (RuntimeException failure) {
      log.error("A receiver of the Redis backplane failed; the others go on", failure);
    }
  }

  private void rejectOtherEpoch() {
    counters.foreign.increment();
    if (otherLifeSeen.compareAndSet(false, true)) {
      log.warn(
          "Dropping messages from a node with another database, or another epoch of this one, that"
              + " uses the same Redis prefix (counted as foreign). Give each database its own"
              + " prefix");
    }
  }

  private void rejectOtherVersion(int version) {
    counters.foreign.increment();
    if (otherVersionSeen.compareAndSet(false, true)) {
      log.warn(
          "Another node uses version {} of the inter-node protocol, this one uses {}: they ignore"
              + " each other's Redis messages and find each other's changes in the database",
          version,
          NodeMessageCodec.VERSION);
    }
  }

  // ---- on the backplane's thread

  private void handleMessage(NodeMessage message, long now) {
    boolean mine = message.node().equals(options.node());
    switch (message) {
      case NodeMessage.NodeHeartbeat nodeHeartbeat when mine ->
          monitoredPubSub
              .loopbackMonitor()
              .onProbeReturned(broadcastProbe, nodeHeartbeat.nonce(), now);
      case NodeMessage.LoopbackEcho loopbackEcho when mine ->
          monitoredPubSub.loopbackMonitor().onProbeReturned(nodeProbe, loopbackEcho.nonce(), now);
      case NodeMessage other when mine -> log.debug("Received my own message: {}", other);
      case NodeMessage.NodeHeartbeat nodeHeartbeat ->
          peerDirectory.handleHeartbeat(nodeHeartbeat, now);
      case NodeMessage.PresenceChange presenceChange ->
          peerDirectory.handlePresence(presenceChange, now);
      case NodeMessage.PresenceSnapshot presenceSnapshot ->
          peerDirectory.handleSnapshot(presenceSnapshot, now);
      case NodeMessage.NodeShutdown nodeShutdown ->
          peerDirectory.handleShutdown(nodeShutdown.node());
      case NodeMessage.PresenceQuery asking -> replyWithSnapshot(asking, now);
      case NodeMessage.LoopbackEcho _, NodeMessage.CommittedDeliveries _ -> {
        // an echo concerns only its sender, and deliveries are handled on the event loop
      }
    }
  }

  private void replyWithSnapshot(NodeMessage.PresenceQuery asking, long now) {
    monitoredPubSub.channelPublisher().send(options.channelOf(asking.node()), users.snapshot());
    peerDirectory.handleContact(asking.node(), now);
  }

  private void querySnapshot(String node) {
    monitoredPubSub
        .channelPublisher()
        .send(options.channelOf(node), new NodeMessage.PresenceQuery(options.node()));
  }

  private void publishPresence() {
    telling.set(false);
    users
        .nextVersion()
        .ifPresent(
            presence ->
                monitoredPubSub.channelPublisher().send(options.broadcastChannel(), presence));
  }

  private void runPeriodicChecks() {
    long now = System.nanoTime();
    monitoredPubSub.loopbackMonitor().checkProbes(now);
    if (state() == RedisState.CONNECTED) {
      peerDirectory.removeSilent(now);
    }
  }

  private void resetSilence() {
    peerDirectory.resetSilence(System.nanoTime());
  }
}
