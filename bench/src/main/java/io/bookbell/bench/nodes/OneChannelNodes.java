package io.bookbell.bench.nodes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bookbell.hub.UserId;
import io.bookbell.hub.redis.ExternalChannel;
import io.bookbell.hub.redis.RedisOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * Nodes that publish everything on one channel that all of them subscribe to, as JSON with the
 * target users in it. Each node parses every message, and serializes again those that concern its
 * own users.
 */
final class OneChannelNodes implements Nodes {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String TARGETS = "_target_users";

  private final List<ExternalChannel> nodes = new ArrayList<>();
  private final LongAdder messages = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  OneChannelNodes(String uri, String channel, Traffic traffic) {
    for (Set<UserId> users : traffic.users()) {
      Set<String> names = new HashSet<>();
      users.forEach(user -> names.add(user.toString()));
      nodes.add(new ExternalChannel(RedisOptions.forUri(uri), channel, text -> heard(text, names)));
    }
  }

  @Override
  public void publish(Traffic.Change change) {
    try {
      var message = (ObjectNode) JSON.readTree(change.message().json());
      ArrayNode targets = message.putArray(TARGETS);
      change.audience().forEach(user -> targets.add(user.toString()));
      nodes.get(change.node()).publish(JSON.writeValueAsBytes(message));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void heard(byte[] text, Set<String> users) {
    try {
      var message = (ObjectNode) JSON.readTree(new String(text, UTF_8));
      JsonNode targets = message.remove(TARGETS);
      if (targets.valueStream().anyMatch(user -> users.contains(user.asText()))) {
        JSON.writeValueAsBytes(message);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    messages.increment();
    bytes.add(text.length);
  }

  @Override
  public long messages() {
    return messages.sum();
  }

  @Override
  public Received received() {
    return new Received(messages.sum(), bytes.sum());
  }

  @Override
  public long expected(Traffic traffic, int changes) {
    return (long) changes * nodes.size();
  }

  @Override
  public void close() {
    nodes.forEach(ExternalChannel::close);
  }
}
