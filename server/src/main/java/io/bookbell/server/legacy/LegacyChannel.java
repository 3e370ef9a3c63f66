package io.bookbell.server.legacy;

import io.bookbell.hub.Backplane;
import io.bookbell.hub.Delivery;
import io.bookbell.hub.UserId;
import io.bookbell.hub.redis.ExternalChannel;
import io.bookbell.hub.redis.RedisOptions;
import io.bookbell.hub.redis.RedisState;
import io.bookbell.server.legacy.LegacyMessageCodec.DecodedMessage;
import io.bookbell.server.legacy.LegacyTranslator.UntranslatableException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Backplane} that also exchanges messages with the replaced system's nodes: what this node
 * commits is also published on their channel, and their messages are delivered to this node's
 * connections in our own form, neither numbered nor stored. Every node subscribes to the channel
 * itself, so nothing is forwarded. Thread-safe.
 */
public final class LegacyChannel implements Backplane {
  private static final Logger log = LoggerFactory.getLogger(LegacyChannel.class);
  private static final int MAX_WAITING = 1000;

  private final Backplane nodes;
  private final String node;
  private final ExternalChannel channel;
  private final LegacyTranslator translator;
  private final List<Receiver> receivers = new CopyOnWriteArrayList<>();
  private final LongAdder published = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final LongAdder malformed = new LongAdder();
  private final AtomicBoolean malformedSeen = new AtomicBoolean();
  private final AtomicInteger waiting = new AtomicInteger();

  /** Completes when the message that came last has been delivered. Guarded by this. */
  private CompletionStage<?> previous = CompletableFuture.completedStage(true);

  /**
   * Starts connecting in the background.
   *
   * @param nodes the backplane between nodes of this system; closed with this one
   */
  public LegacyChannel(
      Backplane nodes, RedisOptions options, String name, LegacyTranslator translator) {
    this.nodes = nodes;
    this.translator = translator;
    this.node = options.node();
    this.channel = new ExternalChannel(options, name, this::onMessage);
  }

  /** Compared by identity, so that one who subscribes twice can end either subscription. */
  private static final class Receiver {
    final Consumer<List<Delivery>> consumer;

    Receiver(Consumer<List<Delivery>> consumer) {
      this.consumer = consumer;
    }
  }

  @Override
  public Subscription subscribe(String hubChannel, Consumer<List<Delivery>> consumer) {
    var added = new Receiver(consumer);
    receivers.add(added);
    Subscription ofNodes = nodes.subscribe(hubChannel, consumer);
    return () -> {
      receivers.remove(added);
      ofNodes.close();
    };
  }

  @Override
  public void publish(String hubChannel, List<Delivery> change) {
    nodes.publish(hubChannel, change);
    change.stream().filter(LegacyChannel::hasRecipients).forEach(this::publishDelivery);
  }

  /**
   * Whether the audience isn't empty: the replaced system could take an empty list for everybody.
   */
  private static boolean hasRecipients(Delivery delivery) {
    return !delivery.sequence().isEmpty() || !delivery.unnumbered().isEmpty();
  }

  private void publishDelivery(Delivery delivery) {
    var _ =
        channel
            .publish(LegacyMessageCodec.encodeDelivery(delivery, node))
            .thenAccept(accepted -> (accepted ? published : refused).increment());
  }

  @Override
  public void presence(String hubChannel, UserId user, boolean connected) {
    nodes.presence(hubChannel, user, connected);
  }

  public LegacyStatistics statistics() {
    return new LegacyStatistics(
        channel.state() == RedisState.CONNECTED,
        published.sum(),
        refused.sum(),
        received.sum(),
        malformed.sum());
  }

  @Override
  public void close() {
    channel.close();
    nodes.close();
  }

  /** Called on an event loop of the channel. */
  private void onMessage(byte[] text) {
    switch (LegacyMessageCodec.decodeMessage(text)) {
      case DecodedMessage.OwnNodeMessage() -> {
        // its content has arrived through the backplane between nodes
      }
      case DecodedMessage.MalformedMessage(String why) -> recordMalformed(why);
      case DecodedMessage.LegacyDelivery(Delivery delivery, boolean strangers) -> {
        if (strangers) {
          recordMalformed("it names users that cannot be any");
        }
        received.increment();
        translateNext(delivery);
      }
    }
  }

  /**
   * Translates a message after those before it, so that they are delivered in the order in which
   * they came. Without room for more to wait, it is dropped.
   */
  private synchronized void translateNext(Delivery delivery) {
    if (waiting.get() >= MAX_WAITING) {
      recordMalformed("too many wait for their translation");
      return;
    }
    waiting.incrementAndGet();
    previous =
        previous
            .thenCompose(_ -> translator.translate(delivery))
            .handle(
                (translated, failure) -> {
                  waiting.decrementAndGet();
                  if (failure == null) {
                    receivers.forEach(receiver -> deliverTo(translated, receiver.consumer));
                  } else {
                    recordUntranslatable(failure);
                  }
                  return translated;
                });
  }

  private void recordUntranslatable(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof UntranslatableException untranslatable) {
      recordMalformed(String.valueOf(untranslatable.getMessage()));
    } else {
      log.warn("A message of the replaced system could not be translated", failure);
    }
  }

  private void recordMalformed(String why) {
    malformed.increment();
    if (malformedSeen.compareAndSet(false, true)) {
      log.warn(
          "A message on the replaced system's channel is not in its form: {}. What cannot be"
              + " understood is ignored; bookbell_legacy_malformed_total counts further ones",
          why);
    }
  }

  private static void deliverTo(Delivery delivery, Consumer<List<Delivery>> receiver) {
    try {
      receiver.accept(List.of(delivery));
    } catch (RuntimeException failure) {
      log.error("A receiver of the replaced system's messages failed; the others go on", failure);
    }
  }
}
