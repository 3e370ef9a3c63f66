package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Caches the creator and supporter of recently used requests, which never change, so that a command
 * can lock without a query. Thread-safe.
 */
final class RequestPartiesCache {
  private static final int MAX_ENTRIES = 10_000;

  private final Map<Long, RequestParties> parties = new ConcurrentHashMap<>();

  /** The creator and the supporter of a request. */
  record RequestParties(UserId creator, UserId supporter) {}

  /** Returns a request's creator and supporter, and reads them unless they are cached. */
  Optional<RequestParties> find(Transaction tx, long request) {
    Optional<RequestParties> known = findKnown(request);
    if (known.isPresent()) {
      return known;
    }
    Optional<RequestParties> found =
        tx.query("SELECT creator_id, user_id FROM book_request WHERE id = ?", request)
            .first(row -> new RequestParties(row.getUser("creator_id"), row.getUser("user_id")));
    // Not before the commit: the request may have been made by another command that shares it.
    found.ifPresent(parties -> tx.afterCommit(() -> remember(request, parties)));
    return found;
  }

  Optional<RequestParties> findKnown(long request) {
    return Optional.ofNullable(parties.get(request));
  }

  void remember(long request, RequestParties known) {
    if (parties.size() >= MAX_ENTRIES) {
      parties.clear();
    }
    parties.put(request, known);
  }

  /** Forgets everything. */
  void clear() {
    parties.clear();
  }
}
