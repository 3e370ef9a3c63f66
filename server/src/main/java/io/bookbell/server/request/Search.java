package io.bookbell.server.request;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.val;

import io.bookbell.server.storage.Transaction;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.SQLDialect;

/**
 * Finds requests by any part of title, author, ISBN, note or the supporter's name. The databases
 * keep the index themselves, by triggers. Stateless.
 *
 * <p>The index knows every three neighbouring characters. What is shorter is looked for in the
 * requests themselves, along the order of the list: it is found often, so that a page is soon full.
 */
final class Search {
  private static final int SHORTEST_INDEXED = 3;

  private Search() {}

  static Condition finds(Transaction tx, String text) {
    List<String> words = Stream.of(text.strip().split("\\s+", -1)).toList();
    List<String> indexed = words.stream().filter(Search::isIndexed).toList();
    Stream<String> others = words.stream().filter(word -> !isIndexed(word));
    return Stream.concat(Stream.of(indexed(tx, indexed)), others.map(Search::mentions))
        .reduce(noCondition(), Condition::and);
  }

  private static boolean isIndexed(String word) {
    return word.codePointCount(0, word.length()) >= SHORTEST_INDEXED;
  }

  private static Condition indexed(Transaction tx, List<String> words) {
    if (words.isEmpty()) {
      return noCondition();
    }
    return tx.sql().family() == SQLDialect.POSTGRES
        ? words.stream().map(Search::hasThrees).reduce(noCondition(), Condition::and)
        : matches(words);
  }

  /** What has all threes of a word need not have the word. */
  private static Condition hasThrees(String word) {
    return condition("book_request.threes @> threes({0})", val(word)).and(mentions(word));
  }

  private static Condition matches(List<String> words) {
    String phrases =
        words.stream()
            .map(word -> "\"" + word.replace("\"", "\"\"") + "\"")
            .collect(Collectors.joining(" "));
    return condition(
        "{0} in (select rowid from book_request_text where book_request_text match {1})",
        BOOK_REQUEST.ID, val(phrases));
  }

  private static Condition mentions(String word) {
    return BOOK_REQUEST
        .TITLE
        .containsIgnoreCase(word)
        .or(BOOK_REQUEST.AUTHOR.containsIgnoreCase(word))
        .or(BOOK_REQUEST.ISBN.containsIgnoreCase(word))
        .or(BOOK_REQUEST.NOTE.containsIgnoreCase(word))
        .or(APP_USER.DISPLAY_NAME.containsIgnoreCase(word));
  }
}
