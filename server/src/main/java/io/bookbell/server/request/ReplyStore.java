package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.request.BookRequest.Reply;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlLookup;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.storage.sql.ValueReader;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Stores replies. Thread-safe and stateless. */
public final class ReplyStore {
  /** The maximum number of replies per request. */
  static final int MAX_REPLIES_PER_REQUEST = 500;

  /** The columns of a reply, named so that they can stand beside those of its request. */
  static final String FIELDS =
      """
      reply.request_id AS reply_to, reply.id AS reply_id, reply.user_id AS reply_by,
        author.display_name AS reply_name, reply.body AS reply_body, reply.created_at AS reply_at
      """;

  /** The requests of a page, with the columns of {@link #FIELDS}. */
  static final String OF_PAGE =
      "SELECT page.*, "
          + FIELDS
          + """
          FROM page
          LEFT JOIN reply ON reply.request_id = page.id AND reply.id >= coalesce((
            SELECT other.id FROM reply other WHERE other.request_id = page.id
            ORDER BY other.id DESC LIMIT 1 OFFSET %s), 0)
          LEFT JOIN app_user author ON author.id = reply.user_id"""
              .formatted(RequestStore.REPLIES_OF_EACH - 1);

  /** Of each request, from the oldest of its newest replies on. */
  private static final String NEWEST =
      "SELECT "
          + FIELDS
          + """
          FROM book_request r
          JOIN reply ON reply.request_id = r.id AND reply.id >= coalesce((
            SELECT other.id FROM reply other WHERE other.request_id = r.id
            ORDER BY other.id DESC LIMIT 1 OFFSET %s), 0)
          JOIN app_user author ON author.id = reply.user_id
          WHERE r.id IN (%s)""";

  private static final SqlLookup<Long, Reply> NEWEST_OF_REQUEST =
      new SqlLookup<>(
          NEWEST.formatted(RequestStore.REPLIES_OF_EACH - 1, "VALUES (CAST(? AS bigint))")
              + " ORDER BY reply.id",
          ValueReader::values,
          row -> row.getLong("reply_to"),
          ReplyStore::toReply);

  private static final String PAGE =
      "SELECT "
          + FIELDS
          + """
          FROM reply
          JOIN app_user author ON author.id = reply.user_id
          WHERE reply.request_id = ? AND reply.id < ?
          ORDER BY reply.id DESC
          LIMIT ?""";

  private static final String COUNT_REPLY =
      """
      WITH change (request_id, at, most) AS (
        VALUES (CAST(? AS bigint), CAST(? AS bigint), CAST(? AS integer)))
      UPDATE book_request
      SET revision = revision + 1, reply_count = reply_count + 1, updated_at = change.at
      FROM change
      WHERE book_request.id = change.request_id AND reply_count < change.most""";

  ReplyStore() {}

  /** Reserves the id of a reply, together with the next statement. */
  void reserveReply(Transaction tx) {
    tx.reserveIds("reply", 1);
  }

  /**
   * Inserts a reply and increments the request's reply count.
   *
   * @return empty if the request has the maximum number of replies
   */
  Optional<Reply> insertReply(
      Transaction tx, BookRequest request, UserId user, String userName, String body) {
    if (request.replyCount() >= MAX_REPLIES_PER_REQUEST) {
      return Optional.empty();
    }
    var reply = new Reply(tx.nextId("reply"), user, userName, body, tx.now());
    tx.enqueueForOneRow(COUNT_REPLY, request.id(), reply.createdAt(), MAX_REPLIES_PER_REQUEST);
    tx.enqueue(
        "INSERT INTO reply (id, request_id, user_id, body, created_at) VALUES (?, ?, ?, ?, ?)",
        reply.id(),
        request.id(),
        user,
        body,
        reply.createdAt());
    return Optional.of(reply);
  }

  /** Reads the newest replies of a request, its oldest first. */
  Supplier<List<Reply>> findNewestLater(Transaction tx, long request) {
    return tx.lookUp(NEWEST_OF_REQUEST, request);
  }

  /**
   * Like {@link #findNewestLater(Transaction, long)}, with another number of replies. Reads no
   * others, however long the thread is.
   */
  Supplier<List<Reply>> findNewestLater(Transaction tx, long request, int most) {
    return tx.query(NEWEST.formatted("?", "?") + " ORDER BY reply.id", most - 1, request)
        .later(ReplyStore::toReply);
  }

  /** Reads a page of a request's replies, newest first. */
  Supplier<ListPage<Reply>> findPageLater(Transaction tx, long request, PageRequest page) {
    var found =
        tx.query(PAGE, request, page.cursor().orElse(Long.MAX_VALUE), page.limit() + 1)
            .later(ReplyStore::toReply);
    return () -> ListPage.of(found.get(), page.limit(), Reply::id);
  }

  /** The reply in a row that may be of a request without replies. */
  static Optional<Reply> findReply(SqlRow row) throws SQLException {
    return row.findLong("reply_id") == null ? Optional.empty() : Optional.of(toReply(row));
  }

  private static Reply toReply(SqlRow row) throws SQLException {
    return new Reply(
        row.getLong("reply_id"),
        row.getUser("reply_by"),
        row.getString("reply_name"),
        row.getString("reply_body"),
        row.getTime("reply_at"));
  }

  /** Recounts all replies, after rows were restored from a backup without the counts. */
  public static void recountReplies(Transaction tx) {
    tx.update(
        """
        UPDATE book_request
        SET reply_count = (SELECT count(*) FROM reply WHERE reply.request_id = book_request.id)
        WHERE id IN (SELECT request_id FROM reply)""");
  }

  /** Returns the ids for which a reply exists. */
  static Set<Long> findExisting(Transaction tx, Collection<Long> ids) {
    return tx.query("SELECT id FROM reply WHERE id IN (?)", ids).set(row -> row.getLong("id"));
  }
}
