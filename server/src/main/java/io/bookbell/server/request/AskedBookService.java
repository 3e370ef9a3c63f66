package io.bookbell.server.request;

import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static io.bookbell.server.storage.schema.Tables.REQUEST_FOLLOWER;
import static io.bookbell.server.storage.schema.Tables.REQUEST_WORD;
import static org.jooq.impl.DSL.noCondition;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.BookIdentity;
import io.bookbell.server.text.SearchWords;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Record;
import org.jooq.SelectField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Finds books that were already requested, and the requests that a supporter follows. Thread-safe.
 */
public final class AskedBookService {
  /** The statuses of requests that were fulfilled or still may be. */
  public static final Set<Status> SHOWN = Set.of(Status.PENDING, Status.APPROVED, Status.COMPLETED);

  private static final int MOST = 10;
  private static final int ROWS_PER_PAGE = 100;

  /** A book that many people requested has many rows, so that one page may hold only few books. */
  private static final int MOST_PAGES = 20;

  private static final List<SelectField<?>> FIELDS =
      List.of(
          BOOK_REQUEST.ID,
          BOOK_REQUEST.CREATOR_ID,
          BOOK_REQUEST.USER_ID,
          BOOK_REQUEST.TITLE,
          BOOK_REQUEST.AUTHOR,
          BOOK_REQUEST.COVER_ID,
          BOOK_REQUEST.STATUS,
          BOOK_REQUEST.UPDATED_AT,
          FollowerStore.COUNT);

  private final FollowerStore followers = new FollowerStore();
  private final WordIndex words = new WordIndex();
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;

  public AskedBookService(CreatorStore creatorStore, CreatorRoles creatorRoles) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
  }

  /** Returns whether any request has this cover. */
  public boolean hasCover(Transaction tx, int coverId) {
    return tx.sql().fetchExists(BOOK_REQUEST, BOOK_REQUEST.COVER_ID.eq(coverId));
  }

  /** Books, best match first. */
  public record AskedBookList(List<AskedBook> items) {}

  /**
   * Finds requested books that have, for each word of the text, a word beginning with it; each book
   * once. If the creator doesn't show requested books, finds only the user's own.
   *
   * @throws Problem 404 for users without a role with this creator
   */
  public AskedBookList searchBooks(Transaction tx, UserId user, UserId creatorId, String text) {
    CreatorRow creator = creatorStore.get(tx, creatorId);
    creatorRoles.requireMember(tx, creator, user);
    Condition whose =
        creator.creator().showsAsked() ? noCondition() : BOOK_REQUEST.USER_ID.eq(user);
    List<String> wanted = SearchWords.queryWords(text);
    List<AskedBookMatch> matches =
        RequestSearch.conditionForBooks(creatorId, wanted)
            .map(having -> findMatches(tx, user, having.and(whose)))
            .orElse(List.of());
    return new AskedBookList(
        distinctBooks(matches.stream().sorted(matchOrder(wanted)).toList()).stream()
            .map(AskedBookMatch::book)
            .limit(MOST)
            .toList());
  }

  /** A requested book and its ISBN. */
  private record AskedBookMatch(AskedBook book, @Nullable String isbn) {
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

  private static List<AskedBookMatch> distinctBooks(List<AskedBookMatch> matches) {
    var seen = new HashSet<String>();
    return matches.stream()
        .filter(
            askedBookMatch -> {
              Set<String> names = askedBookMatch.identityKeys();
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
  private static Comparator<AskedBookMatch> matchOrder(List<String> wanted) {
    return Comparator.comparing(
            (AskedBookMatch askedBookMatch) -> !askedBookMatch.hasWholeWords(wanted))
        .thenComparing(AskedBookMatch::book, bookOrder());
  }

  private static Comparator<AskedBook> bookOrder() {
    return Comparator.comparingInt((AskedBook book) -> book.mine() ? 0 : book.following() ? 1 : 2)
        .thenComparing(AskedBook::status)
        .thenComparing(Comparator.comparingInt(AskedBook::followers).reversed())
        .thenComparingLong(AskedBook::id);
  }

  /** Reads pages of matches until they contain enough books, or there are no more. */
  private List<AskedBookMatch> findMatches(Transaction tx, UserId user, Condition which) {
    var matches = new ArrayList<AskedBookMatch>();
    for (int page = 0; page < MOST_PAGES; page++) {
      List<AskedBookMatch> found = findPage(tx, user, which, page * ROWS_PER_PAGE);
      matches.addAll(found);
      if (found.size() < ROWS_PER_PAGE || distinctBooks(matches).size() >= MOST) {
        break;
      }
    }
    return matches.stream().distinct().toList(); // two words of a title may share the prefix
  }

  private List<AskedBookMatch> findPage(
      Transaction tx, UserId user, Condition which, int firstRow) {
    List<String> shown = SHOWN.stream().map(Status::wireName).toList();
    var rows =
        tx.sql()
            .select(FIELDS)
            .select(BOOK_REQUEST.ISBN)
            .from(REQUEST_WORD)
            .join(BOOK_REQUEST)
            .on(BOOK_REQUEST.ID.eq(REQUEST_WORD.REQUEST_ID))
            .where(which)
            .and(BOOK_REQUEST.STATUS.in(shown))
            .orderBy(REQUEST_WORD.WORD, REQUEST_WORD.REQUEST_ID) // the order of the index
            .offset(firstRow)
            .limit(ROWS_PER_PAGE)
            .fetch();
    Set<Long> following = followers.findFollowed(tx, user, rows.getValues(BOOK_REQUEST.ID));
    return rows.stream()
        .map(
            row ->
                new AskedBookMatch(
                    toAskedBook(row, user, following.contains(row.get(BOOK_REQUEST.ID))),
                    row.get(BOOK_REQUEST.ISBN)))
        .toList();
  }

  /** Returns a page of the requests that a user follows, newest first. */
  public ListPage<AskedBook> listFollowed(Transaction tx, UserId user, PageRequest page) {
    List<AskedBook> found =
        selectFollowed(
            tx,
            user,
            page.cursor().map(REQUEST_FOLLOWER.REQUEST_ID::lt).orElseGet(DSL::noCondition),
            page.limit() + 1);
    return ListPage.of(found, page.limit(), AskedBook::id);
  }

  /** Finds a request that a user follows. */
  public Optional<AskedBook> findFollowed(Transaction tx, UserId user, long request) {
    return selectFollowed(tx, user, REQUEST_FOLLOWER.REQUEST_ID.eq(request), 1).stream()
        .findFirst();
  }

  private static List<AskedBook> selectFollowed(
      Transaction tx, UserId user, Condition which, int limit) {
    return tx.sql()
        .select(FIELDS)
        .from(REQUEST_FOLLOWER)
        .join(BOOK_REQUEST)
        .on(BOOK_REQUEST.ID.eq(REQUEST_FOLLOWER.REQUEST_ID))
        .where(REQUEST_FOLLOWER.USER_ID.eq(user))
        .and(which)
        .orderBy(REQUEST_FOLLOWER.REQUEST_ID.desc())
        .limit(limit)
        .fetch(row -> toAskedBook(row, user, true));
  }

  private static AskedBook toAskedBook(Record row, UserId user, boolean following) {
    return new AskedBook(
        row.get(BOOK_REQUEST.ID),
        row.get(BOOK_REQUEST.CREATOR_ID),
        row.get(BOOK_REQUEST.TITLE),
        row.get(BOOK_REQUEST.AUTHOR),
        row.get(BOOK_REQUEST.COVER_ID),
        Status.of(row.get(BOOK_REQUEST.STATUS)),
        row.get(FollowerStore.COUNT),
        user.equals(row.get(BOOK_REQUEST.USER_ID)),
        following,
        row.get(BOOK_REQUEST.UPDATED_AT));
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
