package io.bookbell.server.request;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static io.bookbell.server.storage.schema.Tables.REQUEST_WORD;
import static io.bookbell.server.storage.schema.Tables.SEARCH_BACKLOG;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.RowInsert;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.SearchWords;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The search index: the words of every request, stored so that a prefix search is a range scan of a
 * database index. Thread-safe and stateless.
 */
public final class WordIndex {
  private static final RowInsert<Entry> ENTRIES =
      RowInsert.<Entry>insertInto(REQUEST_WORD)
          .setColumn(REQUEST_WORD.CREATOR_ID, Entry::creator)
          .setColumn(REQUEST_WORD.WORD, Entry::word)
          .setColumn(REQUEST_WORD.REQUEST_ID, Entry::request)
          .setColumn(REQUEST_WORD.OF_BOOK, Entry::ofBook)
          .ignoreConflicts();
  private static final int OLDER_AT_ONCE = 100;

  /** Limit per request; of a long note, only the first words are indexed. */
  private static final int MOST_WORDS = 400;

  private record Entry(UserId creator, String word, long request, boolean ofBook) {}

  /** The searchable texts of a request. */
  record IndexedTexts(
      String title, String author, @Nullable String isbn, @Nullable String note, String userName) {
    static IndexedTexts of(BookRequest request) {
      return new IndexedTexts(
          request.title(), request.author(), request.isbn(), request.note(), request.userName());
    }

    /** Returns the distinct words, each with whether it is from title, author or ISBN. */
    private Map<String, Boolean> collectWords() {
      var words = new LinkedHashMap<String, Boolean>();
      for (String text : new String[] {title, author, Objects.requireNonNullElse(isbn, "")}) {
        SearchWords.indexWords(text).forEach(word -> words.putIfAbsent(word, true));
      }
      for (String text : new String[] {userName, Objects.requireNonNullElse(note, "")}) {
        SearchWords.indexWords(text).forEach(word -> words.putIfAbsent(word, false));
      }
      return words;
    }
  }

  void indexRequest(Transaction tx, UserId creator, long request, IndexedTexts indexedTexts) {
    ENTRIES.insert(
        tx,
        indexedTexts.collectWords().entrySet().stream()
            .limit(MOST_WORDS)
            .map(word -> new Entry(creator, word.getKey(), request, word.getValue()))
            .toList());
  }

  /** Returns the id below which requests aren't indexed yet; empty if all are. */
  static OptionalLong findBacklog(Transaction tx) {
    Long below =
        tx.sql()
            .select(SEARCH_BACKLOG.BELOW)
            .from(SEARCH_BACKLOG)
            .where(SEARCH_BACKLOG.ID.eq(1))
            .fetchOne(SEARCH_BACKLOG.BELOW);
    return below == null ? OptionalLong.empty() : OptionalLong.of(below);
  }

  /**
   * Indexes a batch of requests that are older than the index, newest first.
   *
   * @return whether there may be more
   */
  public boolean indexOlder(Transaction tx) {
    OptionalLong below = findBacklog(tx);
    if (below.isEmpty()) {
      return false;
    }
    List<Long> done =
        tx.sql()
            .select(
                BOOK_REQUEST.ID,
                BOOK_REQUEST.CREATOR_ID,
                BOOK_REQUEST.TITLE,
                BOOK_REQUEST.AUTHOR,
                BOOK_REQUEST.ISBN,
                BOOK_REQUEST.NOTE,
                APP_USER.DISPLAY_NAME)
            .from(BOOK_REQUEST)
            .join(APP_USER)
            .on(APP_USER.ID.eq(BOOK_REQUEST.USER_ID))
            .where(BOOK_REQUEST.ID.lt(below.getAsLong()))
            .orderBy(BOOK_REQUEST.ID.desc())
            .limit(OLDER_AT_ONCE)
            .fetch(
                row -> {
                  var indexedTexts =
                      new IndexedTexts(
                          row.value3(), row.value4(), row.value5(), row.value6(), row.value7());
                  indexRequest(tx, row.value2(), row.value1(), indexedTexts);
                  return row.value1();
                });
    if (done.isEmpty()) {
      tx.sql().deleteFrom(SEARCH_BACKLOG).where(SEARCH_BACKLOG.ID.eq(1)).execute();
      return false;
    }
    tx.sql()
        .update(SEARCH_BACKLOG)
        .set(SEARCH_BACKLOG.BELOW, done.getLast())
        .where(SEARCH_BACKLOG.ID.eq(1))
        .execute();
    return true;
  }
}
