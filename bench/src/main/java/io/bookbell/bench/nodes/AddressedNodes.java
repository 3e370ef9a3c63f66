package io.bookbell.bench.nodes;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.UserId;
import io.bookbell.hub.redis.RedisBackplane;
import io.bookbell.hub.redis.RedisOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Nodes with {@link RedisBackplane}, which sends a message only to nodes whose users it concerns.
 */
final class AddressedNodes implements Nodes {
  private final List<RedisBackplane> nodes = new ArrayList<>();
  private final LongAdder messages = new LongAdder();
  private long sequence;

  AddressedNodes(String uri, String prefix, Traffic traffic) {
    traffic
        .users()
        .forEach(
            users -> {
              var node = new RedisBackplane(RedisOptions.forUri(uri).withPrefix(prefix));
              nodes.add(node);
              node.subscribe("bench", _ -> messages.increment());
              users.forEach(user -> node.presence("bench", user, true));
            });
  }

  @Override
  public void publish(Traffic.Change change) {
    sequence++;
    Map<UserId, Long> numbers = new HashMap<>();
    change.audience().forEach(user -> numbers.put(user, sequence));
    nodes
        .get(change.node())
        .publish("bench", List.of(Delivery.numbered(change.message(), numbers)));
  }

  @Override
  public long messages() {
    return messages.sum();
  }

  @Override
  public Received received() {
    long received = 0;
    long bytes = 0;
    for (RedisBackplane node : nodes) {
      var statistics = node.statistics();
      received += statistics.received();
      bytes += statistics.receivedBytes();
    }
    return new Received(received, bytes);
  }

  @Override
  public long expected(Traffic traffic, int changes) {
    return traffic.concerningOthers(changes);
  }

  @Override
  public void close() {
    nodes.forEach(RedisBackplane::close);
  }
}
