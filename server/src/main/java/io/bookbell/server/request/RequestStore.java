package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.request.BookRequest.Reply;
import io.bookbell.server.request.RequestSearch.LikelyCondition;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlFragment;
import io.bookbell.server.storage.sql.SqlLookup;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.storage.sql.ValueReader;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Stores book requests and reads them with their newest replies. Thread-safe and stateless. */
public final class RequestStore {
  static final int REPLIES_OF_EACH = 3;
  private static final int REPLIES_OF_ONE = 50;
  private static final ReplyStore REPLIES = new ReplyStore();
  private static final String INSERT =
      """
      INSERT INTO book_request (id, creator_id, user_id, title, author, isbn, note, cover_id,
        status, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

  private static final String SELECT =
      """
      SELECT r.id AS id, r.creator_id AS creator_id, r.user_id AS user_id,
        u.display_name AS user_name, r.title AS title, r.author AS author, r.isbn AS isbn,
        r.note AS note, r.status AS status, r.response AS response,
        r.responded_by AS responded_by, responder.display_name AS responder_name,
        r.refunded AS refunded, r.reply_count AS reply_count, r.created_at AS created_at,
        r.updated_at AS updated_at, r.cover_id AS cover_id, r.revision AS revision,
      """
          + FollowerStore.COUNT
          + """

          FROM book_request r
          JOIN app_user u ON u.id = r.user_id
          LEFT JOIN app_user responder ON responder.id = r.responded_by
          WHERE""";

  private static final SqlLookup<Long, RevisedRequest> BY_ID =
      new SqlLookup<>(
          SELECT + " r.id IN (VALUES (CAST(? AS bigint)))",
          ValueReader::values,
          row -> row.getLong("id"),
          row -> new RevisedRequest(toRequest(row), row.getInt("revision")));

  private static final String UPDATE_STATUS =
      """
      WITH change (request_id, was, status, refunded, at) AS (
        VALUES (CAST(? AS bigint), ?, ?, CAST(? AS boolean), CAST(? AS bigint)))
      UPDATE book_request
      SET status = change.status, refunded = change.refunded, revision = revision + 1,
        updated_at = change.at
      FROM change
      WHERE book_request.id = change.request_id AND book_request.status = change.was""";

  private static final String UPDATE_RESPONSE =
      """
      WITH change (request_id, response, responded_by) AS (
        VALUES (CAST(? AS bigint), ?, CAST(? AS bigint)))
      UPDATE book_request
      SET response = change.response, responded_by = change.responded_by
      FROM change
      WHERE book_request.id = change.request_id""";

  /** Reserves the id of a request, together with the next statement. */
  void reserveRequest(Transaction tx) {
    tx.reserveIds("book_request", 1);
  }

  BookRequest insertRequest(
      Transaction tx, UserId user, String userName, NewRequest wanted, Status status) {
    Instant now = tx.now();
    long id = tx.nextId("book_request");
    tx.enqueue(
        INSERT,
        id,
        wanted.creator(),
        user,
        wanted.title(),
        wanted.author(),
        wanted.isbn(),
        wanted.note(),
        wanted.coverId(),
        status.wireName(),
        now,
        now);
    return new BookRequest(
        id,
        wanted.creator(),
        user,
        userName,
        wanted.title(),
        wanted.author(),
        wanted.isbn(),
        wanted.note(),
        status,
        null,
        null,
        null,
        false,
        List.of(),
        0,
        now,
        now,
        wanted.coverId(),
        0);
  }

  /** Returns a supporter's pending requests to a creator. */
  List<Long> findPending(Transaction tx, UserId creator, UserId user) {
    return tx.query(
            """
            SELECT id FROM book_request
            WHERE creator_id = ? AND user_id = ? AND status = 'pending'
            ORDER BY id""",
            creator,
            user)
        .list(row -> row.getLong("id"));
  }

  /**
   * Changes a request's status (compare-and-set). The caller has checked that the status, which it
   * has read under the creator's lock, allows it.
   */
  void updateStatus(Transaction tx, BookRequest request, Status to) {
    tx.enqueueForOneRow(
        UPDATE_STATUS,
        request.id(),
        request.status().wireName(),
        to.wireName(),
        to.refundsQuota(),
        tx.now());
  }

  void updateResponse(Transaction tx, long id, @Nullable String response, UserId by) {
    tx.enqueueForOneRow(UPDATE_RESPONSE, id, response, by);
  }

  public Optional<UserId> findCreatorId(Transaction tx, long id) {
    return tx.query("SELECT creator_id FROM book_request WHERE id = ?", id)
        .first(row -> row.getUser("creator_id"));
  }

  Set<Long> findOwned(Transaction tx, UserId user, Collection<Long> ids) {
    return tx.query("SELECT id FROM book_request WHERE id IN (?) AND user_id = ?", ids, user)
        .set(row -> row.getLong("id"));
  }

  public Optional<BookRequest> findById(Transaction tx, long id) {
    return findById(tx, id, REPLIES_OF_EACH);
  }

  /** Like {@link #findById}, with more replies. */
  Optional<BookRequest> findWithThread(Transaction tx, long id) {
    return findById(tx, id, REPLIES_OF_ONE);
  }

  /** Reads a creator's requests. */
  Supplier<List<BookRequest>> findByCreatorLater(
      Transaction tx, UserId creator, RequestFilter requestFilter, int limit) {
    SqlFragment whose = SqlFragment.of("r.creator_id = ?", creator);
    Optional<String> text = requestFilter.text();
    return findSoughtLater(
        tx,
        whose,
        requestFilter,
        limit,
        text.map(sought -> RequestSearch.likelyForCreator(tx, creator, sought)),
        () -> RequestSearch.conditionForCreator(tx, creator, text.orElseThrow()));
  }

  /** Reads a supporter's own requests to a creator, like {@link #findByCreatorLater}. */
  Supplier<List<BookRequest>> findBySupporterLater(
      Transaction tx, UserId creator, UserId user, RequestFilter requestFilter, int limit) {
    SqlFragment whose = SqlFragment.of("r.creator_id = ? AND r.user_id = ?", creator, user);
    return findOwnLater(tx, whose, requestFilter, limit);
  }

  private static Supplier<List<BookRequest>> findOwnLater(
      Transaction tx, SqlFragment whose, RequestFilter requestFilter, int limit) {
    Optional<String> text = requestFilter.text();
    return findSoughtLater(
        tx,
        whose,
        requestFilter,
        limit,
        text.map(sought -> RequestSearch.likelyForText(tx, sought)),
        () -> RequestSearch.conditionForText(tx, text.orElseThrow()));
  }

  /**
   * Reads with the likely condition, and again with the right one if that isn't it.
   *
   * @param likely empty if no text is sought
   */
  private static Supplier<List<BookRequest>> findSoughtLater(
      Transaction tx,
      SqlFragment whose,
      RequestFilter requestFilter,
      int limit,
      Optional<LikelyCondition> likely,
      Supplier<SqlFragment> right) {
    SqlFragment sought = likely.map(LikelyCondition::condition).orElse(SqlFragment.TRUE);
    var found = findByFilterLater(tx, whose.and(sought), requestFilter, limit);
    return () ->
        likely.isEmpty() || likely.get().holds().get()
            ? found.get()
            : findByFilterLater(tx, whose.and(right.get()), requestFilter, limit).get();
  }

  /**
   * Returns everything a user may see: their own requests, and all requests of the creators they
   * are an admin of. Each source is read along its own index and only up to the limit.
   */
  List<BookRequest> findVisible(
      Transaction tx,
      UserId user,
      Collection<UserId> adminOf,
      RequestFilter requestFilter,
      int limit) {
    var found = new ArrayList<Supplier<List<BookRequest>>>();
    for (UserId creator : adminOf) {
      found.add(findByCreatorLater(tx, creator, requestFilter, limit));
    }
    SqlFragment own = SqlFragment.of("r.user_id = ?", user);
    if (!adminOf.isEmpty()) {
      own = own.and("r.creator_id NOT IN (?)", adminOf);
    }
    found.add(findOwnLater(tx, own, requestFilter, limit));
    return merge(found, requestFilter.sort(), limit);
  }

  private static Supplier<List<BookRequest>> findByFilterLater(
      Transaction tx, SqlFragment whose, RequestFilter requestFilter, int limit) {
    SqlFragment which = whose.and(requestFilter.toCondition());
    RequestSort sort = requestFilter.sort();
    if (requestFilter.statuses().isEmpty()) {
      return selectLater(tx, which, sort, limit);
    }
    List<Supplier<List<BookRequest>>> found =
        requestFilter.statuses().stream()
            .map(status -> which.and("r.status = ?", status.wireName()))
            .map(here -> selectLater(tx, here, sort, limit))
            .toList();
    return () -> merge(found, sort, limit);
  }

  private static List<BookRequest> merge(
      List<Supplier<List<BookRequest>>> found, RequestSort requestSort, int limit) {
    return found.stream()
        .flatMap(each -> each.get().stream())
        .sorted(requestSort.toComparator())
        .limit(limit)
        .toList();
  }

  /**
   * Reads the number of a creator's requests by status. Statuses that no request has ever had are
   * missing.
   */
  Supplier<Map<Status, Integer>> countByStatusLater(Transaction tx, UserId creator) {
    var rows =
        tx.query("SELECT status, amount FROM request_count WHERE creator_id = ?", creator)
            .later(row -> Map.entry(Status.of(row.getString("status")), row.getInt("amount")));
    return () ->
        rows.get().stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private static Optional<BookRequest> findById(Transaction tx, long id, int replies) {
    Supplier<List<Reply>> newest = REPLIES.findNewestLater(tx, id, replies);
    return tx.query(SELECT + " r.id = ?", id)
        .first(RequestStore::toRequest)
        .map(request -> request.withReplies(newest.get()));
  }

  /** A request and the number of its newest revision. */
  record RevisedRequest(BookRequest request, int revision) {}

  /** Reads a request with its newest replies. */
  Supplier<Optional<RevisedRequest>> findLater(Transaction tx, long id) {
    var rows = tx.lookUp(BY_ID, id);
    Supplier<List<Reply>> newest = REPLIES.findNewestLater(tx, id);
    return () ->
        rows.get().stream()
            .findFirst()
            .map(
                found ->
                    new RevisedRequest(found.request.withReplies(newest.get()), found.revision));
  }

  /** Each request has as many rows as newest replies, or one. */
  private static Supplier<List<BookRequest>> selectLater(
      Transaction tx, SqlFragment which, RequestSort requestSort, int limit) {
    SqlFragment page =
        SqlFragment.of("WITH page AS (" + SELECT)
            .append(which)
            .append("ORDER BY " + requestSort.orderBy() + " LIMIT ?)", limit);
    var rows =
        tx.query(page.append(ReplyStore.OF_PAGE))
            .later(row -> Map.entry(toRequest(row), ReplyStore.findReply(row)));
    return () ->
        rows.get().stream()
            .collect(Collectors.groupingBy(row -> row.getKey().id()))
            .values()
            .stream()
            .map(RequestStore::joinReplies)
            .sorted(requestSort.toComparator())
            .toList();
  }

  /** The rows of one request. */
  private static BookRequest joinReplies(List<Map.Entry<BookRequest, Optional<Reply>>> rows) {
    return rows.getFirst()
        .getKey()
        .withReplies(
            rows.stream()
                .flatMap(row -> row.getValue().stream())
                .sorted(Comparator.comparingLong(Reply::id))
                .toList());
  }

  /** Reads a request without its replies. */
  private static BookRequest toRequest(SqlRow row) throws SQLException {
    return new BookRequest(
        row.getLong("id"),
        row.getUser("creator_id"),
        row.getUser("user_id"),
        row.getString("user_name"),
        row.getString("title"),
        row.getString("author"),
        row.findString("isbn"),
        row.findString("note"),
        Status.of(row.getString("status")),
        row.findString("response"),
        row.findUser("responded_by"),
        row.findString("responder_name"),
        row.getBoolean("refunded"),
        List.of(),
        row.getInt("reply_count"),
        row.getTime("created_at"),
        row.getTime("updated_at"),
        row.findInt("cover_id"),
        row.getInt("followers"));
  }

  /** Returns the ids for which a request exists. */
  static Set<Long> findExisting(Transaction tx, Collection<Long> ids) {
    return tx.query("SELECT id FROM book_request WHERE id IN (?)", ids)
        .set(row -> row.getLong("id"));
  }
}
