package io.bookbell.server.request;

import static java.util.stream.Collectors.toMap;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.storage.sql.ValueReader;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stores the requests and replies of the replaced system under their ids. Thread-safe and
 * stateless. The creators' rows are locked by the caller.
 */
public final class ImportedRequestStore {
  private static final String INSERT =
      """
      INSERT INTO book_request (id, creator_id, user_id, title, author, isbn, note, status,
        response, responded_by, refunded, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
      """;

  private static final String SELECT =
      """
      SELECT id, creator_id, user_id, title, author, isbn, note, status, response, responded_by,
        created_at, updated_at
      FROM book_request
      """;

  private final WordIndex words = new WordIndex();

  /** A request with all that is imported of it. */
  public record ImportedRequest(
      long id,
      UserId creator,
      UserId user,
      String title,
      String author,
      @Nullable String isbn,
      @Nullable String note,
      Status status,
      @Nullable String response,
      @Nullable UserId respondedBy,
      Instant createdAt,
      Instant updatedAt) {
    /** Whether the status gives the request back. */
    public boolean isRefunded() {
      return status.refundsQuota();
    }

    private static ImportedRequest of(SqlRow row) throws SQLException {
      return new ImportedRequest(
          row.getLong("id"),
          row.getUser("creator_id"),
          row.getUser("user_id"),
          row.getString("title"),
          row.getString("author"),
          row.findString("isbn"),
          row.findString("note"),
          Status.of(row.getString("status")),
          row.findString("response"),
          row.findUser("responded_by"),
          row.getTime("created_at"),
          row.getTime("updated_at"));
    }
  }

  /** A reply. */
  public record ImportedReply(long id, long request, UserId user, String body, Instant createdAt) {}

  /** Returns the requests that exist, by id. */
  public Map<Long, ImportedRequest> findAll(Transaction tx, Collection<Long> ids) {
    return tx.query(SELECT + "WHERE id IN (?)", ids).list(ImportedRequest::of).stream()
        .collect(toMap(ImportedRequest::id, request -> request));
  }

  /** Returns all requests of some supporters, in the order of their ids. */
  public List<ImportedRequest> findBySupporters(
      Transaction tx, UserId creator, Collection<UserId> users) {
    return tx.query(SELECT + "WHERE creator_id = ? AND user_id IN (?) ORDER BY id", creator, users)
        .list(ImportedRequest::of);
  }

  /** Returns requests in the order of their ids, some at a time. */
  public List<ImportedRequest> findAfter(Transaction tx, long after, int limit) {
    return tx.query(SELECT + "WHERE id > ? ORDER BY id LIMIT ?", after, limit)
        .list(ImportedRequest::of);
  }

  public void insertRequests(Transaction tx, List<ImportedRequest> requests) {
    tx.writeAll(
        INSERT,
        requests,
        added ->
            ValueReader.values(
                added.id,
                added.creator,
                added.user,
                added.title,
                added.author,
                added.isbn,
                added.note,
                added.status.wireName(),
                added.response,
                added.respondedBy,
                added.isRefunded(),
                added.createdAt,
                added.updatedAt));
  }

  /** Changes the book and the note of a request. */
  public void updateBook(Transaction tx, ImportedRequest request) {
    tx.enqueue(
        """
        UPDATE book_request SET title = ?, author = ?, isbn = ?, note = ?, updated_at = ?
        WHERE id = ?\
        """,
        request.title,
        request.author,
        request.isbn,
        request.note,
        request.updatedAt,
        request.id);
  }

  /**
   * Changes the status and response of a request.
   *
   * @param revised whether it is a change that the log of activity shows
   * @return the number of the request's newest revision
   */
  public int updateState(Transaction tx, ImportedRequest request, boolean revised) {
    return tx.query(
            """
            UPDATE book_request
            SET status = ?, refunded = ?, response = ?, responded_by = ?, updated_at = ?,
              revision = revision + ?
            WHERE id = ?
            RETURNING revision\
            """,
            request.status.wireName(),
            request.isRefunded(),
            request.response,
            request.respondedBy,
            request.updatedAt,
            revised ? 1 : 0,
            request.id)
        .single(row -> row.getInt("revision"));
  }

  /** Returns the replies that exist, by id. */
  public Map<Long, ImportedReply> findReplies(Transaction tx, Collection<Long> ids) {
    return tx
        .query("SELECT id, request_id, user_id, body, created_at FROM reply WHERE id IN (?)", ids)
        .list(ImportedRequestStore::toReply)
        .stream()
        .collect(toMap(ImportedReply::id, reply -> reply));
  }

  /** Returns replies in the order of their ids, some at a time. */
  public List<ImportedReply> findRepliesAfter(Transaction tx, long after, int limit) {
    return tx.query(
            """
            SELECT id, request_id, user_id, body, created_at FROM reply
            WHERE id > ? ORDER BY id LIMIT ?\
            """,
            after,
            limit)
        .list(ImportedRequestStore::toReply);
  }

  private static ImportedReply toReply(SqlRow row) throws SQLException {
    return new ImportedReply(
        row.getLong("id"),
        row.getLong("request_id"),
        row.getUser("user_id"),
        row.getString("body"),
        row.getTime("created_at"));
  }

  /** Adds replies and counts them. */
  public void insertReplies(Transaction tx, List<ImportedReply> replies) {
    tx.writeAll(
        "INSERT INTO reply (id, request_id, user_id, body, created_at) VALUES (?, ?, ?, ?, ?)",
        replies,
        added ->
            ValueReader.values(added.id, added.request, added.user, added.body, added.createdAt));
    tx.enqueue(
        """
        UPDATE book_request
        SET reply_count = (SELECT count(*) FROM reply WHERE reply.request_id = book_request.id)
        WHERE id IN (?)\
        """,
        replies.stream().map(ImportedReply::request).distinct().toList());
  }

  public void updateReply(Transaction tx, long id, String body) {
    tx.enqueue("UPDATE reply SET body = ? WHERE id = ?", body, id);
  }

  /** Leaves counting the requests by status to {@link #recount}, until the transaction ends. */
  public void countAtEnd(Transaction tx) {
    if (tx.isPostgres()) { // SQLite counts fast enough
      tx.query("SELECT set_config('bookbell.counts_at_end', 'on', true) AS value")
          .single(row -> row.getString("value"));
    }
  }

  /** Counts a creator's requests by status. */
  public void recount(Transaction tx, UserId creator) {
    tx.enqueue("UPDATE request_count SET amount = 0 WHERE creator_id = ?", creator);
    tx.enqueue(
        """
        INSERT INTO request_count (creator_id, status, amount)
        SELECT creator_id, status, count(*) FROM book_request WHERE creator_id = ?
        GROUP BY creator_id, status
        ON CONFLICT (creator_id, status) DO UPDATE SET amount = EXCLUDED.amount\
        """,
        creator);
  }

  public int countPending(Transaction tx, UserId creator) {
    return tx.query(
            """
            SELECT amount FROM request_count WHERE creator_id = ? AND status = 'pending'\
            """,
            creator)
        .first(row -> row.getInt("amount"))
        .orElse(0);
  }

  /** Has all requests with smaller ids indexed for the search, in the background. */
  public void indexLater(Transaction tx, long below) {
    WordIndex.raiseBacklog(tx, below);
  }

  /** Indexes a request for the search. */
  public void indexNow(Transaction tx, ImportedRequest request) {
    String userName =
        tx.query("SELECT display_name FROM app_user WHERE id = ?", request.user)
            .single(row -> row.getString("display_name"));
    words.reindexRequest(
        tx,
        request.creator,
        request.id,
        new WordIndex.IndexedTexts(
            request.title, request.author, request.isbn, request.note, userName));
  }
}
