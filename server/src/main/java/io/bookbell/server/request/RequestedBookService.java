package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlFragment;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.text.BookIdentity;
import io.bookbell.server.text.SearchWords;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds books that were already requested, and the requests that a supporter follows. Thread-safe.
 */
public final class RequestedBookService {
  /** The statuses of requests that were fulfilled or still may be. */
  public static final Set<Status> SHOWN = Set.of(Status.PENDING, Status.APPROVED, Status.COMPLETED);

  private static final int MAX_MATCHES = 10;
  private static final int ROWS_PER_PAGE = 100;

  /** A book that many people requested has many rows, so that one page may hold only few books. */
  private static final int MAX_PAGES = 20;

  private static final String SELECT =
      """
      SELECT r.id AS id, r.creator_id AS creator_id, r.user_id AS user_id, r.title AS title,
        r.author AS author, r.isbn AS isbn, r.cover_id AS cover_id, r.status AS status,
        r.updated_at AS updated_at,
      """
          + FollowerStore.COUNT;

  private static final String SELECT_FOLLOWED =
      SELECT
          + """

          FROM request_follower own
          JOIN book_request r ON r.id = own.request_id
          WHERE own.user_id = ? AND""";

  private final WordIndex words = new WordIndex();
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;

  public RequestedBookService(CreatorStore creatorStore, CreatorRoles creatorRoles) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
  }

  /** Returns whether any request has this cover. */
  public boolean hasCover(Transaction tx, int coverId) {
    return tx.query("SELECT 1 AS found FROM book_request WHERE cover_id = ? LIMIT 1", coverId)
        .exists();
  }

  /** Books, best match first. */
  public record RequestedBookList(List<RequestedBook> items) {}

  /**
   * Finds requested books that have, for each word of the text, a word beginning with it; each book
   * once. If the creator doesn't show requested books, finds only the user's own.
   *
   * @throws Problem 404 for users without a role with this creator
   */
  public RequestedBookList searchBooks(Transaction tx, UserId user, UserId creatorId, String text) {
    Supplier<Boolean> isSupporter = creatorRoles.isSupporterLater(tx, creatorId, user);
    Supplier<CreatorRow> row = creatorStore.getLater(tx, creatorId);
    List<String> wanted = SearchWords.queryWords(text);
    Optional<SqlFragment> having = RequestSearch.conditionForBooks(creatorId, wanted);
    var first = having.map(all -> findPageLater(tx, user, all, 0)); // most creators show all
    CreatorRow creator = row.get();
    creatorRoles.requireMember(tx, creator, user, isSupporter);
    List<RequestedBookMatch> matches =
        creator.creator().showsAsked()
            ? having.map(all -> findMatches(tx, user, all, first.orElseThrow())).orElse(List.of())
            : having
                .map(all -> all.and("r.user_id = ?", user))
                .map(own -> findMatches(tx, user, own, findPageLater(tx, user, own, 0)))
                .orElse(List.of());
    return new RequestedBookList(
        distinctBooks(matches.stream().sorted(matchOrder(wanted)).toList()).stream()
            .map(RequestedBookMatch::book)
            .limit(MAX_MATCHES)
            .toList());
  }

  /** A requested book and its ISBN. */
  private record RequestedBookMatch(RequestedBook book, @Nullable String isbn) {
    Set<String> identityKeys() {
      return BookIdentity.identityKeys(book.title(), book.author(), isbn);
    }

    /**
     * Returns whether title and author contain all the words as whole words, not only as prefixes.
     */
    boolean hasWholeWords(List<String> wanted) {
      return SearchWords.indexWords(book.title() + '\n' + book.author()).containsAll(wanted);
    }
  }

  private static List<RequestedBookMatch> distinctBooks(List<RequestedBookMatch> matches) {
    var seen = new HashSet<String>();
    return matches.stream()
        .filter(
            match -> {
              Set<String> names = match.identityKeys();
              boolean isNew = Collections.disjoint(seen, names);
              seen.addAll(names);
              return isNew;
            })
        .toList();
  }

  /**
   * Orders whole-word matches before prefix matches. Among several requests for one book, the
   * user's own comes first, then a followed one, then by status, pending first.
   */
  private static Comparator<RequestedBookMatch> matchOrder(List<String> wanted) {
    return Comparator.comparing((RequestedBookMatch match) -> !match.hasWholeWords(wanted))
        .thenComparing(RequestedBookMatch::book, bookOrder());
  }

  private static Comparator<RequestedBook> bookOrder() {
    return Comparator.comparingInt(
            (RequestedBook book) -> book.mine() ? 0 : book.following() ? 1 : 2)
        .thenComparing(RequestedBook::status)
        .thenComparing(Comparator.comparingInt(RequestedBook::followers).reversed())
        .thenComparingLong(RequestedBook::id);
  }

  /** Reads pages of matches until they contain enough books, or there are no more. */
  private static List<RequestedBookMatch> findMatches(
      Transaction tx, UserId user, SqlFragment which, Supplier<List<RequestedBookMatch>> first) {
    var matches = new ArrayList<RequestedBookMatch>();
    for (int page = 0; page < MAX_PAGES; page++) {
      List<RequestedBookMatch> found =
          (page == 0 ? first : findPageLater(tx, user, which, page * ROWS_PER_PAGE)).get();
      matches.addAll(found);
      if (found.size() < ROWS_PER_PAGE || distinctBooks(matches).size() >= MAX_MATCHES) {
        break;
      }
    }
    return matches.stream().distinct().toList(); // two words of a title may share the prefix
  }

  private static PendingResult<List<RequestedBookMatch>> findPageLater(
      Transaction tx, UserId user, SqlFragment which, int firstRow) {
    List<String> shown = SHOWN.stream().map(Status::wireName).toList();
    return tx.query(
            SqlFragment.of(
                    SELECT
                        + ", "
                        + FollowerStore.IS_FOLLOWED
                        + """

                            FROM request_word w
                            JOIN book_request r ON r.id = w.request_id
                            WHERE""",
                    user)
                .append(which.and("r.status IN (?)", shown))
                // the order of the index
                .append("ORDER BY w.word, w.request_id LIMIT ? OFFSET ?", ROWS_PER_PAGE, firstRow))
        .later(
            row -> {
              StoredBook book = StoredBook.of(row);
              return new RequestedBookMatch(
                  book.toAskedBook(user, row.getBoolean("following")), book.isbn);
            });
  }

  /** Returns a page of the requests that a user follows, newest first. */
  public ListPage<RequestedBook> listFollowed(Transaction tx, UserId user, PageRequest page) {
    List<RequestedBook> found =
        tx
            .query(
                SELECT_FOLLOWED + " own.request_id < ? ORDER BY own.request_id DESC LIMIT ?",
                user,
                page.cursor().orElse(Long.MAX_VALUE),
                page.limit() + 1)
            .list(StoredBook::of)
            .stream()
            .map(row -> row.toAskedBook(user, true))
            .toList();
    return ListPage.of(found, page.limit(), RequestedBook::id);
  }

  /** Finds a request that a user follows. */
  public Optional<RequestedBook> findFollowed(Transaction tx, UserId user, long request) {
    return tx.query(SELECT_FOLLOWED + " own.request_id = ?", user, request)
        .first(StoredBook::of)
        .map(row -> row.toAskedBook(user, true));
  }

  private record StoredBook(
      long id,
      UserId creator,
      UserId user,
      String title,
      String author,
      @Nullable String isbn,
      @Nullable Integer coverId,
      Status status,
      int followers,
      Instant updatedAt) {
    static StoredBook of(SqlRow row) throws SQLException {
      return new StoredBook(
          row.getLong("id"),
          row.getUser("creator_id"),
          row.getUser("user_id"),
          row.getString("title"),
          row.getString("author"),
          row.findString("isbn"),
          row.findInt("cover_id"),
          Status.of(row.getString("status")),
          row.getInt("followers"),
          row.getTime("updated_at"));
    }

    RequestedBook toAskedBook(UserId viewer, boolean following) {
      return new RequestedBook(
          id,
          creator,
          title,
          author,
          coverId,
          status,
          followers,
          viewer.equals(user),
          following,
          updatedAt);
    }
  }

  /**
   * Adds a batch of requests that are older than the search index to it.
   *
   * @return whether there may be more
   */
  public boolean indexOlder(Transaction tx) {
    return words.indexOlder(tx);
  }
}
