package io.bookbell.server.book;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * A cache with a time to live and a maximum total weight, which evicts the least recently used
 * entries first. Thread-safe.
 */
final class BoundedCache<K, V> {
  private final Map<K, CacheEntry<V>> entries = new LinkedHashMap<>(16, 0.75f, true);
  private final InstantSource clock;
  private final Duration kept;
  private final long most;
  private final ToIntFunction<V> weight;
  private long weighs;

  /**
   * Creates a cache.
   *
   * @param kept time to live of an entry
   * @param most maximum total weight of all values
   */
  BoundedCache(InstantSource clock, Duration kept, long most, ToIntFunction<V> weight) {
    this.clock = clock;
    this.kept = kept;
    this.most = most;
    this.weight = weight;
  }

  synchronized Optional<V> get(K key) {
    CacheEntry<V> cacheEntry = entries.get(key);
    if (cacheEntry == null) {
      return Optional.empty();
    }
    if (clock.instant().isBefore(cacheEntry.until)) {
      return Optional.of(cacheEntry.value);
    }
    remove(key);
    return Optional.empty();
  }

  synchronized void put(K key, V value) {
    remove(key);
    entries.put(key, new CacheEntry<>(value, clock.instant().plus(kept)));
    weighs += weight.applyAsInt(value);
    Iterator<CacheEntry<V>> eldest = entries.values().iterator();
    while (weighs > most && eldest.hasNext()) {
      weighs -= weight.applyAsInt(eldest.next().value);
      eldest.remove();
    }
  }

  private void remove(K key) {
    CacheEntry<V> cacheEntry = entries.remove(key);
    if (cacheEntry != null) {
      weighs -= weight.applyAsInt(cacheEntry.value);
    }
  }

  private record CacheEntry<V>(V value, Instant until) {}
}
