package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlLookup;
import io.bookbell.server.storage.sql.ValueReader;
import java.util.List;
import java.util.function.Supplier;

/** Reads what commands need to know of the people of a request. Stateless. */
final class RequestPeople {
  private static final SqlLookup<UserId, String> NAMES =
      new SqlLookup<>(
          "SELECT id, display_name FROM app_user WHERE id IN (VALUES (CAST(? AS bigint)))",
          ValueReader::values,
          row -> row.getUser("id"),
          row -> row.getString("display_name"));

  private static final SqlLookup<RequesterKey, SupporterFacts> SUPPORTERS =
      new SqlLookup<>(
          """
          WITH asked (creator_id, user_id) AS (VALUES (CAST(? AS bigint), CAST(? AS bigint)))
          SELECT asked.creator_id AS creator_id, asked.user_id AS user_id,
            supporter.display_name AS name,
            (SELECT count(*) FROM book_request r
              WHERE r.creator_id = asked.creator_id AND r.user_id = asked.user_id
              AND r.status = 'pending') AS open
          FROM asked
          JOIN app_user supporter ON supporter.id = asked.user_id""",
          key -> ValueReader.values(key.creator, key.user),
          row -> new RequesterKey(row.getUser("creator_id"), row.getUser("user_id")),
          row -> new SupporterFacts(row.getString("name"), row.getInt("open")));

  private RequestPeople() {}

  /** Reads a user's name. */
  static Supplier<String> findNameLater(Transaction tx, UserId user) {
    PendingResult<List<String>> name = tx.lookUp(NAMES, user);
    return () -> name.get().getFirst();
  }

  /**
   * What a new request needs to know of its supporter.
   *
   * @param open how many of their requests to the creator are pending
   */
  record SupporterFacts(String name, int open) {}

  /** Reads the facts of a supporter. */
  static Supplier<SupporterFacts> findSupporterLater(Transaction tx, UserId creator, UserId user) {
    var found = tx.lookUp(SUPPORTERS, new RequesterKey(creator, user));
    return () -> found.get().getFirst();
  }

  private record RequesterKey(UserId creator, UserId user) {}
}
