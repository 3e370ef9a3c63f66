package io.bookbell.server.request;

import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static io.bookbell.server.storage.schema.Tables.REQUEST_WORD;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.selectOne;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.RowInsert;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.schema.tables.RequestWord;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;

/**
 * The words of what was asked for, stored so that the beginning of a word is a range of an index.
 * Thread-safe: it keeps nothing between calls.
 */
final class WordIndex {
  private static final RowInsert<Entry> ENTRIES =
      RowInsert.<Entry>into(REQUEST_WORD)
          .set(REQUEST_WORD.CREATOR_ID, Entry::creator)
          .set(REQUEST_WORD.WORD, Entry::word)
          .set(REQUEST_WORD.REQUEST_ID, Entry::request)
          .newRows();
  private static final int OLDER_AT_ONCE = 100;
  private static final int MOST_WORDS = 6;
  private static final String LAST = Character.toString(Character.MAX_CODE_POINT);

  void index(Transaction tx, UserId creator, long request, String title, String author) {
    ENTRIES.run(
        tx,
        Words.toStore(title + " " + author).stream()
            .map(word -> new Entry(creator, word, request))
            .toList());
  }

  private record Entry(UserId creator, String word, long request) {}

  /**
   * Stores the words of some requests from before there was this index.
   *
   * @return whether there may be more
   */
  boolean indexOlder(Transaction tx) {
    var older =
        tx.sql()
            .select(
                BOOK_REQUEST.ID, BOOK_REQUEST.CREATOR_ID, BOOK_REQUEST.TITLE, BOOK_REQUEST.AUTHOR)
            .from(BOOK_REQUEST)
            .where(BOOK_REQUEST.INDEXED.isFalse())
            .orderBy(BOOK_REQUEST.ID)
            .limit(OLDER_AT_ONCE)
            .fetch();
    if (older.isEmpty()) {
      return false;
    }
    older.forEach(row -> index(tx, row.value2(), row.value1(), row.value3(), row.value4()));
    tx.sql()
        .update(BOOK_REQUEST)
        .set(BOOK_REQUEST.INDEXED, true)
        .where(BOOK_REQUEST.ID.in(older.getValues(BOOK_REQUEST.ID)))
        .execute();
    return older.size() == OLDER_AT_ONCE;
  }

  /**
   * The words to look for in a text, the longest first, which is most likely the rarest; empty when
   * there is too little to go by.
   */
  static List<String> wanted(String text) {
    List<String> words = Words.of(text);
    boolean enough =
        words.stream().anyMatch(word -> word.length() > 1 || Words.isWrittenWithoutSpaces(word));
    return enough
        ? words.stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .limit(MOST_WORDS)
            .toList()
        : List.of();
  }

  /**
   * Of the rows of a creator's words, joined to requests: those of requests with all beginnings.
   */
  static Optional<Condition> having(UserId creator, List<String> beginnings) {
    return beginnings.stream()
        .map(
            beginning ->
                beginning.equals(beginnings.getFirst())
                    ? REQUEST_WORD.CREATOR_ID.eq(creator).and(begins(REQUEST_WORD, beginning))
                    : also(beginning))
        .reduce(Condition::and);
  }

  private static Condition also(String beginning) {
    RequestWord other = REQUEST_WORD.as("other");
    return exists(
        selectOne()
            .from(other)
            .where(other.REQUEST_ID.eq(REQUEST_WORD.REQUEST_ID))
            .and(begins(other, beginning)));
  }

  private static Condition begins(RequestWord words, String beginning) {
    return words.WORD.between(beginning, beginning + LAST);
  }
}
