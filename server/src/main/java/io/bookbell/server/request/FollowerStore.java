package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlLookup;
import io.bookbell.server.storage.sql.ValueReader;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Stores who follows which request. Thread-safe and stateless. */
public final class FollowerStore {
  /** The number of followers of a request whose row is named {@code r}. */
  static final String COUNT =
      "(SELECT count(*) FROM request_follower f WHERE f.request_id = r.id) AS followers";

  /** Whether a user follows a request whose row is named {@code r}. */
  static final String IS_FOLLOWED =
      """
      (SELECT count(*) FROM request_follower f
        WHERE f.request_id = r.id AND f.user_id = ?) > 0 AS following""";

  private static final SqlLookup<Long, UserId> FOLLOWERS =
      new SqlLookup<>(
          """
          SELECT request_id, user_id FROM request_follower
          WHERE request_id IN (VALUES (CAST(? AS bigint)))""",
          ValueReader::values,
          row -> row.getLong("request_id"),
          row -> row.getUser("user_id"));

  /**
   * Adds a supporter of the creator as a follower.
   *
   * @return false if they already are one
   */
  public boolean insertFollower(Transaction tx, BookRequest request, UserId user) {
    return tx.update(
            """
            INSERT INTO request_follower (request_id, user_id, creator_id, created_at)
            VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING""",
            request.id(),
            user,
            request.creatorId(),
            tx.now())
        == 1;
  }

  /**
   * Removes a follower.
   *
   * @return false if the user wasn't one
   */
  public boolean deleteFollower(Transaction tx, long request, UserId user) {
    return tx.update(
            "DELETE FROM request_follower WHERE request_id = ? AND user_id = ?", request, user)
        == 1;
  }

  /** Returns the requests to a creator that a user follows. */
  public List<Long> findFollowedOf(Transaction tx, UserId user, UserId creator) {
    return tx.query(
            """
            SELECT request_id FROM request_follower
            WHERE user_id = ? AND creator_id = ?
            ORDER BY request_id""",
            user,
            creator)
        .list(row -> row.getLong("request_id"));
  }

  /** Returns the number of requests a user follows. */
  public int countByUser(Transaction tx, UserId user) {
    return tx.query("SELECT count(*) AS amount FROM request_follower WHERE user_id = ?", user)
        .single(row -> row.getInt("amount"));
  }

  /** Reads who follows a request. */
  Supplier<Set<UserId>> findFollowersLater(Transaction tx, long request) {
    var users = tx.lookUp(FOLLOWERS, request);
    return () -> Set.copyOf(users.get());
  }
}
