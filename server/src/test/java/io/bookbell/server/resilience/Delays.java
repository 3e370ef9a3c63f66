package io.bookbell.server.resilience;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.resilience.workload.Stored;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Measures how long messages take from the acknowledgement of their command to each client that was
 * being served at that moment, and which faults were present meanwhile. Thread-safe, guarded by
 * this.
 */
final class Delays {
  private final Map<String, Acknowledged> acknowledged = new ConcurrentHashMap<>();
  private final Map<Fault, Long> worstDuring = new EnumMap<>(Fault.class);
  private Set<Fault> present = Set.of();
  private long worst;
  private long worstCalm;
  private long worstOfRedis;
  private long worstWithRedisGone;

  private record Acknowledged(long at, Set<Fault> during) {}

  synchronized void present(Set<Fault> faults) {
    present = Set.copyOf(faults);
  }

  void acknowledged(String effect) {
    Set<Fault> during;
    synchronized (this) {
      during = present;
    }
    acknowledged.putIfAbsent(effect, new Acknowledged(System.nanoTime(), during));
  }

  /** Records a message that arrived at a client, which has been served since {@code liveSince}. */
  void came(JsonNode message, long liveSince) {
    if (!message.path("type").asText().equals("book_request_update")) {
      return;
    }
    Acknowledged command = acknowledged.get(effect(message));
    if (command != null && liveSince < command.at) {
      note(System.nanoTime() - command.at, command.during);
    }
  }

  private synchronized void note(long delay, Set<Fault> during) {
    var faults = EnumSet.noneOf(Fault.class);
    faults.addAll(during);
    faults.addAll(present);
    worst = Math.max(worst, delay);
    faults.forEach(fault -> worstDuring.merge(fault, delay, Math::max));
    if (faults.isEmpty()) {
      worstCalm = Math.max(worstCalm, delay);
    } else if (faults.stream().allMatch(Fault::isOfRedis)) {
      worstOfRedis = Math.max(worstOfRedis, delay);
      if (faults.equals(Set.of(Fault.REDIS_KILLED))) {
        worstWithRedisGone = Math.max(worstWithRedisGone, delay);
      }
    }
  }

  private static String effect(JsonNode message) {
    JsonNode request = message.get("book_request");
    return switch (message.get("action").asText()) {
      case "created" -> request.get("title").asText();
      case "reply_added" -> {
        JsonNode replies = request.get("replies");
        yield replies.path(replies.size() - 1).path("body").asText();
      }
      default ->
          request.get("status").asText().equals("cancelled")
              ? Stored.cancellationOf(request.get("id").asLong())
              : request.path("response").asText();
    };
  }

  synchronized Duration worst() {
    return Duration.ofNanos(worst);
  }

  /** The worst delay without any fault. */
  synchronized Duration worstCalm() {
    return Duration.ofNanos(worstCalm);
  }

  /** The worst delay while only Redis, or the connection to it, was faulty. */
  synchronized Duration worstOfRedis() {
    return Duration.ofNanos(worstOfRedis);
  }

  /** The worst delay while Redis was stopped and nothing else was wrong. */
  synchronized Duration worstWithRedisGone() {
    return Duration.ofNanos(worstWithRedisGone);
  }

  synchronized Duration worstDuring(Fault fault) {
    return Duration.ofNanos(worstDuring.getOrDefault(fault, 0L));
  }
}
