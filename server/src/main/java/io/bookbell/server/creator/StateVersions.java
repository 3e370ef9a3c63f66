package io.bookbell.server.creator;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.TransactionCursor;
import io.bookbell.server.storage.sql.SqlFragment;
import java.util.List;

/**
 * Stores the versions of state messages whose state has no version in a row of its own. A node
 * sends each version once, whether it made the change, was told of it through Redis, or finds the
 * row when it polls. Thread-safe and stateless.
 */
public final class StateVersions {
  private static final long NO_REQUEST = 0;

  private static final String INCREMENT =
      """
      INSERT INTO state_version (creator_id, kind, request_id, version)
      VALUES (?, ?, ?, 1)
      ON CONFLICT (creator_id, kind, request_id)
      DO UPDATE SET version = state_version.version + 1
      RETURNING version""";

  /**
   * A version of a state.
   *
   * @param kind what has changed
   * @param requestId the request that it concerns; 0 for none
   */
  public record StateVersion(UserId creatorId, String kind, long requestId, long version) {
    /** The key of the state among all state messages. */
    public String key() {
      return kind + ":" + creatorId + ":" + requestId;
    }

    public boolean concernsRequest() {
      return requestId != NO_REQUEST;
    }
  }

  /** Increments a version; the caller has locked the creator's row. */
  public StateVersion increment(Transaction tx, UserId creator, String kind, long requestId) {
    long version =
        tx.query(INCREMENT, creator, kind, requestId).single(row -> row.getLong("version"));
    return new StateVersion(creator, kind, requestId, version);
  }

  /** Like {@link #increment(Transaction, UserId, String, long)}, for a change of no request. */
  StateVersion increment(Transaction tx, UserId creator, String kind) {
    return increment(tx, creator, kind, NO_REQUEST);
  }

  /** Returns the versions that were written since this transaction, on PostgreSQL. */
  public List<StateVersion> findChangedSince(Transaction tx, TransactionCursor from) {
    return tx.query(
            SqlFragment.of("SELECT creator_id, kind, request_id, version FROM state_version WHERE")
                .append(from.writtenSince("state_version", "xid")))
        .list(
            row ->
                new StateVersion(
                    row.getUser("creator_id"),
                    row.getString("kind"),
                    row.getLong("request_id"),
                    row.getLong("version")));
  }
}
