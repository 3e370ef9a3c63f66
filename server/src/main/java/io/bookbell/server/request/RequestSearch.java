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
 * Builds SQL conditions that find requests by the words of title, author, ISBN, note and the
 * supporter's name. Every search word must be the prefix of an indexed word. If no word of the
 * creator's requests has that prefix, it may be any substring. Stateless.
 *
 * <p>Requests that aren't in the word index yet are matched by substring.
 */
public final class RequestSearch {
  private static final String LAST = Character.toString(Character.MAX_CODE_POINT);
  private static final int MOST_SIMILAR = 100;

  private RequestSearch() {}

  /**
   * Returns a condition on all requests of a creator, evaluated along the creator's words in the
   * index.
   */
  static Condition conditionForCreator(Transaction tx, UserId creator, String text) {
    List<String> wanted = SearchWords.queryWords(text);
    if (wanted.isEmpty()) {
      return falseCondition();
    }
    Condition first =
        BOOK_REQUEST.ID.in(
            select(REQUEST_WORD.REQUEST_ID)
                .from(REQUEST_WORD)
                .where(REQUEST_WORD.CREATOR_ID.eq(creator))
                .and(matchesWord(tx, creator, wanted.getFirst(), REQUEST_WORD)));
    return wanted.stream()
        .skip(1)
        .map(word -> hasWord(other -> matchesWord(tx, creator, word, other)))
        .reduce(first, Condition::and)
        .or(matchesUnindexed(tx, wanted));
  }

  /**
   * Returns a condition for a small set of requests, evaluated request by request. It matches any
   * substring.
   */
  static Condition conditionForText(Transaction tx, String text) {
    List<String> wanted = SearchWords.queryWords(text);
    if (wanted.isEmpty()) {
      return falseCondition();
    }
    return wanted.stream()
        .map(word -> hasWord(other -> other.WORD.contains(word)))
        .reduce(noCondition(), Condition::and)
        .or(matchesUnindexed(tx, wanted));
  }

  /**
   * Returns a condition on the rows of a creator's words joined to requests, for books with a word
   * for each of the given prefixes. If all of them are single letters, they must match whole words.
   * Empty if {@code wanted} is.
   */
  public static Optional<Condition> conditionForBooks(UserId creator, List<String> wanted) {
    boolean letters = wanted.stream().allMatch(SearchWords::isSingleLetter);
    return wanted.stream()
        .map(
            word ->
                word.equals(wanted.getFirst())
                    ? REQUEST_WORD
                        .CREATOR_ID
                        .eq(creator)
                        .and(matchesBook(REQUEST_WORD, word, letters))
                    : hasWord(other -> matchesBook(other, word, letters)))
        .reduce(Condition::and);
  }

  private static Condition matchesBook(RequestWord words, String word, boolean whole) {
    return (whole ? words.WORD.eq(word) : startsWith(words, word)).and(words.OF_BOOK.isTrue());
  }

  @FunctionalInterface
  private interface WordCondition {
    Condition toCondition(RequestWord words);
  }

  /**
   * Expresses EXISTS as a scalar subquery. PostgreSQL may rewrite an EXISTS as a join over all
   * words, but never a scalar subquery.
   */
  private static Condition hasWord(WordCondition wordCondition) {
    RequestWord other = REQUEST_WORD.as("other");
    return field(
            selectOne()
                .from(other)
                .where(other.REQUEST_ID.eq(BOOK_REQUEST.ID))
                .and(wordCondition.toCondition(other))
                .limit(1))
        .isNotNull();
  }

  private static Condition startsWith(RequestWord words, String beginning) {
    return words.WORD.between(beginning, beginning + LAST);
  }

  private static Condition matchesWord(
      Transaction tx, UserId creator, String word, RequestWord words) {
    boolean begun =
        tx.sql()
            .fetchExists(
                selectOne()
                    .from(REQUEST_WORD)
                    .where(REQUEST_WORD.CREATOR_ID.eq(creator))
                    .and(startsWith(REQUEST_WORD, word)));
    return begun ? startsWith(words, word) : words.WORD.in(findSimilarWords(tx, creator, word));
  }

  /**
   * Returns the creator's words that contain a substring, at most 100. A recursive query visits
   * each distinct word once (a loose index scan), however often it is stored.
   */
  private static List<String> findSimilarWords(Transaction tx, UserId creator, String part) {
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

  private static Condition matchesUnindexed(Transaction tx, List<String> wanted) {
    var below = WordIndex.findBacklog(tx);
    return below.isEmpty()
        ? falseCondition()
        : wanted.stream()
            .map(RequestSearch::containsWord)
            .reduce(BOOK_REQUEST.ID.lt(below.getAsLong()), Condition::and);
  }

  private static Condition containsWord(String word) {
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
