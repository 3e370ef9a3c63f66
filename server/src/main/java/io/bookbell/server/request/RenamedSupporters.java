package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.request.WordIndex.IndexedTexts;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Makes the requests of people who have changed their names findable by the new ones, in steps.
 * Thread-safe and stateless.
 */
public final class RenamedSupporters {
  private static final int AT_ONCE = 100;

  /** Longer than a transaction may take that has read the former name. */
  private static final Duration SETTLING = Duration.ofSeconds(10);

  private final WordIndex words = new WordIndex();

  /** Records a change in the transaction that makes it. */
  public void recordRename(Transaction tx, UserId user) {
    tx.update(
        """
        INSERT INTO renamed_supporter (user_id, changed_at, indexed_up_to)
        VALUES (?, ?, 0)
        ON CONFLICT (user_id) DO UPDATE SET
          changed_at = excluded.changed_at,
          indexed_up_to = 0""",
        user,
        tx.now());
  }

  /**
   * Indexes a batch of requests again.
   *
   * @return whether there may be more
   */
  public boolean indexBatch(Transaction tx) {
    Optional<RenamedSupporter> renamed =
        tx.query(
                """
                SELECT user_id, indexed_up_to FROM renamed_supporter
                WHERE changed_at < ?
                LIMIT 1
                FOR NO KEY UPDATE""",
                tx.now().minus(SETTLING))
            .first(
                row -> new RenamedSupporter(row.getUser("user_id"), row.getLong("indexed_up_to")));
    renamed.ifPresent(supporter -> indexRequests(tx, supporter));
    return renamed.isPresent();
  }

  private void indexRequests(Transaction tx, RenamedSupporter renamed) {
    List<OwnRequest> requests =
        tx.query(
                """
                SELECT r.id AS id, r.creator_id AS creator_id, r.title AS title,
                  r.author AS author, r.isbn AS isbn, r.note AS note, u.display_name AS user_name
                FROM book_request r
                JOIN app_user u ON u.id = r.user_id
                WHERE r.user_id = ? AND r.id > ?
                ORDER BY r.id
                LIMIT ?""",
                renamed.user,
                renamed.indexedUpTo,
                AT_ONCE)
            .list(OwnRequest::of);
    if (requests.isEmpty()) {
      tx.update("DELETE FROM renamed_supporter WHERE user_id = ?", renamed.user);
      return;
    }
    tx.update(
        "DELETE FROM request_word WHERE request_id IN (?) AND NOT of_book",
        requests.stream().map(OwnRequest::id).toList());
    requests.forEach(request -> words.indexRequest(tx, request.creator, request.id, request.texts));
    tx.update(
        "UPDATE renamed_supporter SET indexed_up_to = ? WHERE user_id = ?",
        requests.getLast().id,
        renamed.user);
  }

  private record RenamedSupporter(UserId user, long indexedUpTo) {}

  private record OwnRequest(long id, UserId creator, IndexedTexts texts) {
    static OwnRequest of(SqlRow row) throws SQLException {
      return new OwnRequest(row.getLong("id"), row.getUser("creator_id"), IndexedTexts.of(row));
    }
  }
}
