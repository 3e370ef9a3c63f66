package io.bookbell.server.request;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static io.bookbell.server.storage.schema.Tables.REQUEST_WORD;
import static org.jooq.impl.DSL.falseCondition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.lower;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.schema.tables.RequestWord;
import io.bookbell.server.text.SearchWords;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.Field;

/**
 * Finds requests by the words of title, author, ISBN, note and the supporter's name: every wanted
 * word is the beginning of one of theirs or, where no word of the creator's requests begins so, any
 * part of one. Stateless.
 *
 * <p>Requests that are not in the index yet are looked through, each word anywhere in them.
 */
final class RequestSearch {
  private static final String LAST = Character.toString(Character.MAX_CODE_POINT);
  private static final int MOST_SIMILAR = 100;

  private RequestSearch() {}

  /** Of all requests of a creator, along its words. */
  static Condition ofCreator(Transaction tx, UserId creator, String text) {
    List<String> wanted = SearchWords.wanted(text);
    if (wanted.isEmpty()) {
      return falseCondition();
    }
    Condition first =
        BOOK_REQUEST.ID.in(
            select(REQUEST_WORD.REQUEST_ID)
                .from(REQUEST_WORD)
                .where(REQUEST_WORD.CREATOR_ID.eq(creator))
                .and(fits(tx, creator, wanted.getFirst(), REQUEST_WORD)));
    return wanted.stream()
        .skip(1)
        .map(word -> also(other -> fits(tx, creator, word, other)))
        .reduce(first, Condition::and)
        .or(notIndexed(tx, wanted));
  }

  /** Of few requests, along these. */
  static Condition among(Transaction tx, String text) {
    List<String> wanted = SearchWords.wanted(text);
    if (wanted.isEmpty()) {
      return falseCondition();
    }
    return wanted.stream()
        .map(word -> also(other -> other.WORD.contains(word)))
        .reduce(noCondition(), Condition::and)
        .or(notIndexed(tx, wanted));
  }

  /**
   * Of the rows of a creator's words, joined to requests: those of books with words that begin like
   * all of these; a lone letter must be a word.
   */
  static Optional<Condition> books(UserId creator, List<String> wanted) {
    boolean letters = wanted.stream().allMatch(SearchWords::isSingleLetter);
    return wanted.stream()
        .map(
            word ->
                word.equals(wanted.getFirst())
                    ? REQUEST_WORD.CREATOR_ID.eq(creator).and(isOfBook(REQUEST_WORD, word, letters))
                    : also(other -> isOfBook(other, word, letters)))
        .reduce(Condition::and);
  }

  private static Condition isOfBook(RequestWord words, String word, boolean whole) {
    return (whole ? words.WORD.eq(word) : begins(words, word)).and(words.OF_BOOK.isTrue());
  }

  @FunctionalInterface
  private interface WordCondition {
    Condition of(RequestWord words);
  }

  /** As a value, which PostgreSQL never turns into a join over all words, as it may an EXISTS. */
  private static Condition also(WordCondition wordCondition) {
    RequestWord other = REQUEST_WORD.as("other");
    return field(
            selectOne()
                .from(other)
                .where(other.REQUEST_ID.eq(BOOK_REQUEST.ID))
                .and(wordCondition.of(other))
                .limit(1))
        .isNotNull();
  }

  private static Condition begins(RequestWord words, String beginning) {
    return words.WORD.between(beginning, beginning + LAST);
  }

  private static Condition fits(Transaction tx, UserId creator, String word, RequestWord words) {
    boolean begun =
        tx.sql()
            .fetchExists(
                selectOne()
                    .from(REQUEST_WORD)
                    .where(REQUEST_WORD.CREATOR_ID.eq(creator))
                    .and(begins(REQUEST_WORD, word)));
    return begun ? begins(words, word) : words.WORD.in(having(tx, creator, word));
  }

  /** A creator's words that have a part, each looked at once, however often it is stored. */
  private static List<String> having(Transaction tx, UserId creator, String part) {
    Field<String> word = field(name("vocabulary", "word"), String.class);
    var vocabulary =
        name("vocabulary")
            .fields("word")
            .as(
                select(min(REQUEST_WORD.WORD))
                    .from(REQUEST_WORD)
                    .where(REQUEST_WORD.CREATOR_ID.eq(creator))
                    .unionAll(
                        select(
                                field(
                                    select(min(REQUEST_WORD.WORD))
                                        .from(REQUEST_WORD)
                                        .where(REQUEST_WORD.CREATOR_ID.eq(creator))
                                        .and(REQUEST_WORD.WORD.gt(word))))
                            .from(table(name("vocabulary")))
                            .where(word.isNotNull())));
    return tx.sql()
        .withRecursive(vocabulary)
        .select(word)
        .from(vocabulary)
        .where(word.contains(part))
        .limit(MOST_SIMILAR)
        .fetch(word);
  }

  private static Condition notIndexed(Transaction tx, List<String> wanted) {
    var below = WordIndex.backlog(tx);
    return below.isEmpty()
        ? falseCondition()
        : wanted.stream()
            .map(RequestSearch::mentions)
            .reduce(BOOK_REQUEST.ID.lt(below.getAsLong()), Condition::and);
  }

  private static Condition mentions(String word) {
    return Stream.of(
            BOOK_REQUEST.TITLE,
            BOOK_REQUEST.AUTHOR,
            BOOK_REQUEST.ISBN,
            BOOK_REQUEST.NOTE,
            APP_USER.DISPLAY_NAME)
        .map(text -> lower(text).contains(word))
        .reduce(falseCondition(), Condition::or);
  }
}
