package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers between whom the requests are that were used last, which never changes, so that a
 * command can lock what it needs without asking the database first. Thread-safe.
 */
final class RequestPartiesCache {
  private static final int MOST = 10_000;

  private final Map<Long, RequestParties> parties = new ConcurrentHashMap<>();

  /** Whose request it is, and who is asked. */
  record RequestParties(UserId creator, UserId supporter) {}

  /** Returns between whom a request is, and reads it if it isn't known. */
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
    if (parties.size() >= MOST) {
      parties.clear();
    }
    parties.put(request, known);
  }

  /** Forgets everything. */
  void clear() {
    parties.clear();
  }
}
