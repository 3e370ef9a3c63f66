package io.bookbell.server.request;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Stores replies. Thread-safe and stateless. */
public final class ReplyStore {
  /** The maximum number of replies per request. */
  static final int MOST = 500;

  private static final String FIELDS =
      """
      reply.request_id AS request_id, reply.id AS id, reply.user_id AS user_id,
        author.display_name AS user_name, reply.body AS body, reply.created_at AS created_at
      """;

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
          row -> row.getLong("request_id"),
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

  /** Reserves the id of a reply, on PostgreSQL together with the next statement. */
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
    if (request.replyCount() >= MOST) {
      return Optional.empty();
    }
    var reply = new Reply(tx.nextId("reply"), user, userName, body, tx.now());
    tx.enqueueForOneRow(COUNT_REPLY, request.id(), reply.createdAt(), MOST);
    tx.enqueue(
        "INSERT INTO reply (id, request_id, user_id, body, created_at) VALUES (?, ?, ?, ?, ?)",
        reply.id(),
        request.id(),
        user,
        body,
        reply.createdAt());
    return Optional.of(reply);
  }

  /**
   * Returns the newest replies of some requests, each request's oldest first. Reads no other
   * replies, however long the threads are.
   *
   * @param each how many per request
   */
  Map<Long, List<Reply>> findNewest(Transaction tx, Collection<Long> requests, int each) {
    if (requests.isEmpty()) {
      return Map.of();
    }
    return tx
        .query(NEWEST.formatted("?", "?"), each - 1, requests)
        .list(row -> Map.entry(row.getLong("request_id"), toReply(row)))
        .stream()
        .sorted(Comparator.comparingLong(row -> row.getValue().id()))
        .collect(groupingBy(Map.Entry::getKey, mapping(Map.Entry::getValue, toList())));
  }

  /**
   * Reads the newest replies of a request, its oldest first, on PostgreSQL together with the next
   * statement.
   */
  Supplier<List<Reply>> findNewestLater(Transaction tx, long request) {
    return tx.lookUp(NEWEST_OF_REQUEST, request);
  }

  /** Returns a page of a request's replies, newest first. */
  ListPage<Reply> findPage(Transaction tx, long request, PageRequest page) {
    List<Reply> found =
        tx.query(PAGE, request, page.cursor().orElse(Long.MAX_VALUE), page.limit() + 1)
            .list(ReplyStore::toReply);
    return ListPage.of(found, page.limit(), Reply::id);
  }

  private static Reply toReply(SqlRow row) throws SQLException {
    return new Reply(
        row.getLong("id"),
        row.getUser("user_id"),
        row.getString("user_name"),
        row.getString("body"),
        row.getTime("created_at"));
  }

  /** Recounts all replies, after rows were restored from a backup without the counts. */
  public static void recountReplies(Transaction tx) {
    tx.update(
        """
        UPDATE book_request
        SET reply_count = (SELECT count(*) FROM reply WHERE reply.request_id = book_request.id)
        WHERE id IN (SELECT request_id FROM reply)""");
  }

  /** Returns those of the ids that are replies. */
  static Set<Long> findExisting(Transaction tx, Collection<Long> ids) {
    return tx.query("SELECT id FROM reply WHERE id IN (?)", ids).set(row -> row.getLong("id"));
  }
}
