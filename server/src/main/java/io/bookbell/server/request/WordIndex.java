package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.storage.sql.ValueReader;
import io.bookbell.server.text.SearchWords;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The search index: the words of every request, stored so that a prefix search is a range scan of a
 * database index. Thread-safe and stateless.
 */
public final class WordIndex {
  private static final String INSERT =
      """
      INSERT INTO request_word (creator_id, word, request_id, of_book) VALUES (?, ?, ?, ?)
      ON CONFLICT DO NOTHING\
      """;
  private static final int OLDER_AT_ONCE = 100;

  /** Limit per request; of a long note, only the first words are indexed. */
  private static final int MAX_WORDS = 400;

  /** The searchable texts of a request. */
  record IndexedTexts(
      String title, String author, @Nullable String isbn, @Nullable String note, String userName) {
    static IndexedTexts of(BookRequest request) {
      return new IndexedTexts(
          request.title(), request.author(), request.isbn(), request.note(), request.userName());
    }

    static IndexedTexts of(SqlRow row) throws SQLException {
      return new IndexedTexts(
          row.getString("title"),
          row.getString("author"),
          row.findString("isbn"),
          row.findString("note"),
          row.getString("user_name"));
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
    tx.writeAll(
        INSERT,
        indexedTexts.collectWords().entrySet().stream().limit(MAX_WORDS).toList(),
        word -> ValueReader.values(creator, word.getKey(), request, word.getValue()));
  }

  /** Has requests with smaller ids added to the index, in batches. */
  static void raiseBacklog(Transaction tx, long below) {
    tx.update(
        """
        INSERT INTO search_backlog (id, below) VALUES (1, ?)
        ON CONFLICT (id) DO UPDATE SET below = EXCLUDED.below
        WHERE search_backlog.below < EXCLUDED.below\
        """,
        below);
  }

  /** Replaces the words of a request. */
  void reindexRequest(Transaction tx, UserId creator, long request, IndexedTexts indexedTexts) {
    tx.update("DELETE FROM request_word WHERE request_id = ?", request);
    indexRequest(tx, creator, request, indexedTexts);
  }

  /** Returns the id below which requests aren't indexed yet; empty if all are. */
  static OptionalLong findBacklog(Transaction tx) {
    return findBacklogLater(tx).get();
  }

  /** Queues {@link #findBacklog}. */
  static Supplier<OptionalLong> findBacklogLater(Transaction tx) {
    var rows =
        tx.query("SELECT below FROM search_backlog WHERE id = 1")
            .later(row -> row.getLong("below"));
    return () -> rows.get().stream().mapToLong(below -> below).findFirst();
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
    List<OlderRequest> older =
        tx.query(
                """
                SELECT r.id AS id, r.creator_id AS creator_id, r.title AS title,
                  r.author AS author, r.isbn AS isbn, r.note AS note, u.display_name AS user_name
                FROM book_request r
                JOIN app_user u ON u.id = r.user_id
                WHERE r.id < ?
                ORDER BY r.id DESC
                LIMIT ?\
                """,
                below.getAsLong(),
                OLDER_AT_ONCE)
            .list(OlderRequest::of);
    if (older.isEmpty()) {
      tx.update("DELETE FROM search_backlog WHERE id = 1");
      return false;
    }
    older.forEach(request -> indexRequest(tx, request.creator, request.id, request.texts));
    tx.update("UPDATE search_backlog SET below = ? WHERE id = 1", older.getLast().id);
    return true;
  }

  private record OlderRequest(long id, UserId creator, IndexedTexts texts) {
    static OlderRequest of(SqlRow row) throws SQLException {
      return new OlderRequest(row.getLong("id"), row.getUser("creator_id"), IndexedTexts.of(row));
    }
  }
}
