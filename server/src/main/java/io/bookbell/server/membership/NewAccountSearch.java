package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.membership.SourceMemberStore.StoredMember;
import io.bookbell.server.storage.Transaction;
import java.util.List;
import java.util.Map;

/**
 * Looks for members among the accounts that are new, because a member may get an account after the
 * source has named them. Used by one thread. An address that an account gets later is found by the
 * next sync.
 */
final class NewAccountSearch {
  private static final int ACCOUNTS_AT_ONCE = 500;

  /** Accounts are committed in another order than that of their ids, so some are read again. */
  private static final int READ_AGAIN = 100;

  private long after = -1;

  /** Members of one creator who have an account now. The next call looks at further accounts. */
  List<StoredMember> findRecognisable(Transaction tx, SourceMemberStore memberStore) {
    if (after < 0) {
      after = findNewestAccount(tx) - READ_AGAIN;
    }
    List<StoredMember> found = List.of();
    while (found.isEmpty()) {
      Map<String, Long> accounts =
          tx.query(
                  "SELECT id, email FROM app_user WHERE id > ? ORDER BY id LIMIT ?",
                  after,
                  ACCOUNTS_AT_ONCE)
              .map(row -> row.getString("email"), row -> row.getLong("id"));
      if (accounts.isEmpty()) {
        return found;
      }
      found = memberStore.findUnrecognised(tx, accounts.keySet());
      if (found.isEmpty()) {
        long newest = accounts.values().stream().mapToLong(Long::longValue).max().orElseThrow();
        if (accounts.size() < ACCOUNTS_AT_ONCE) {
          after = Math.max(after, newest - READ_AGAIN);
          return found;
        }
        after = newest;
      }
    }
    UserId creator = found.getFirst().creator();
    return found.stream().filter(stored -> stored.creator().equals(creator)).toList();
  }

  private static long findNewestAccount(Transaction tx) {
    return tx.query("SELECT coalesce(max(id), 0) AS newest FROM app_user")
        .single(row -> row.getLong("newest"));
  }
}
