package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * Remembers whose requests the ones used last are, which never changes, so that a command can lock
 * the creator without asking the database first. Thread-safe.
 */
final class RequestCreators {
  private static final int MOST = 10_000;

  private final Map<Long, UserId> creators = new ConcurrentHashMap<>();

  /**
   * Returns the creator of a request.
   *
   * @param lookup reads it from the database if it isn't known
   */
  Optional<UserId> findCreator(
      Transaction tx, long request, BiFunction<Transaction, Long, Optional<UserId>> lookup) {
    Optional<UserId> known = findKnown(request);
    if (known.isPresent()) {
      return known;
    }
    Optional<UserId> found = lookup.apply(tx, request);
    found.ifPresent(creator -> remember(request, creator));
    return found;
  }

  Optional<UserId> findKnown(long request) {
    return Optional.ofNullable(creators.get(request));
  }

  void remember(long request, UserId creator) {
    if (creators.size() >= MOST) {
      creators.clear();
    }
    creators.put(request, creator);
  }

  /** Forgets everything. */
  void clear() {
    creators.clear();
  }
}
