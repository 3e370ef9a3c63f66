package io.bookbell.server.request;

import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static io.bookbell.server.storage.schema.Tables.REQUEST_FOLLOWER;
import static io.bookbell.server.storage.schema.Tables.REQUEST_WORD;
import static org.jooq.impl.DSL.noCondition;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.creator.Roles;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Page;
import io.bookbell.server.web.PageRequest;
import io.bookbell.server.web.Problem;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Record;
import org.jooq.SelectField;
import org.jooq.impl.DSL;

/** What was asked for already, and what a supporter follows of it. Thread-safe. */
public final class AskedBooks {
  /** What still may lead to the book, or already has. */
  static final Set<Status> SHOWN = Set.of(Status.PENDING, Status.APPROVED, Status.COMPLETED);

  private static final int MOST = 10;
  private static final int MOST_ROWS = 100;
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
  private final Creators creators;
  private final Roles roles;

  public AskedBooks(Creators creators, Roles roles) {
    this.creators = creators;
    this.roles = roles;
  }

  /** Some books, best first. */
  public record Found(List<AskedBook> items) {}

  /**
   * The books that a creator was asked for and that have words beginning like those of the text,
   * each book once. Where the creator does not show them, only what the user asked for.
   *
   * @throws Problem 404 for who is neither a supporter nor an admin
   */
  public Found find(Transaction tx, UserId user, UserId creatorId, String text) {
    CreatorRow creator = creators.get(tx, creatorId);
    roles.requireMember(tx, creator, user);
    Condition whose =
        creator.creator().showsAsked() ? noCondition() : BOOK_REQUEST.USER_ID.eq(user);
    List<AskedBook> matches =
        WordIndex.having(creatorId, WordIndex.wanted(text))
            .map(having -> matches(tx, user, having.and(whose)))
            .orElse(List.of());
    var books = new LinkedHashMap<String, AskedBook>();
    matches.stream()
        .sorted(bestFirst())
        .forEach(each -> books.putIfAbsent(Words.book(each.title(), each.author()), each));
    return new Found(books.values().stream().limit(MOST).toList());
  }

  /** Of several requests for one book: one's own, one that is followed, one still to be decided. */
  private static Comparator<AskedBook> bestFirst() {
    return Comparator.comparingInt((AskedBook book) -> book.mine() ? 0 : book.following() ? 1 : 2)
        .thenComparing(AskedBook::status)
        .thenComparing(Comparator.comparingInt(AskedBook::followers).reversed())
        .thenComparingLong(AskedBook::id);
  }

  private List<AskedBook> matches(Transaction tx, UserId user, Condition which) {
    List<String> shown = SHOWN.stream().map(Status::wireName).toList();
    var rows =
        tx.sql()
            .select(FIELDS)
            .from(REQUEST_WORD)
            .join(BOOK_REQUEST)
            .on(BOOK_REQUEST.ID.eq(REQUEST_WORD.REQUEST_ID))
            .where(which)
            .and(BOOK_REQUEST.STATUS.in(shown))
            .limit(MOST_ROWS)
            .fetch();
    Set<Long> following = followers.followedBy(tx, user, rows.getValues(BOOK_REQUEST.ID));
    return rows.map(row -> book(row, user, following.contains(row.get(BOOK_REQUEST.ID)))).stream()
        .distinct() // two words of a title may begin alike
        .toList();
  }

  /** What a user follows, newest requests first. */
  public Page<AskedBook> followed(Transaction tx, UserId user, PageRequest page) {
    List<AskedBook> found =
        followed(
            tx,
            user,
            page.cursor().map(REQUEST_FOLLOWER.REQUEST_ID::lt).orElseGet(DSL::noCondition),
            page.limit() + 1);
    return Page.of(found, page.limit(), AskedBook::id);
  }

  /** One book that a user follows. */
  Optional<AskedBook> followed(Transaction tx, UserId user, long request) {
    return followed(tx, user, REQUEST_FOLLOWER.REQUEST_ID.eq(request), 1).stream().findFirst();
  }

  private static List<AskedBook> followed(Transaction tx, UserId user, Condition which, int limit) {
    return tx.sql()
        .select(FIELDS)
        .from(REQUEST_FOLLOWER)
        .join(BOOK_REQUEST)
        .on(BOOK_REQUEST.ID.eq(REQUEST_FOLLOWER.REQUEST_ID))
        .where(REQUEST_FOLLOWER.USER_ID.eq(user))
        .and(which)
        .orderBy(REQUEST_FOLLOWER.REQUEST_ID.desc())
        .limit(limit)
        .fetch(row -> book(row, user, true));
  }

  private static AskedBook book(Record row, UserId user, boolean following) {
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
   * Makes some requests from before there was a search findable.
   *
   * @return whether there may be more
   */
  public boolean indexOlder(Transaction tx) {
    return words.indexOlder(tx);
  }
}
