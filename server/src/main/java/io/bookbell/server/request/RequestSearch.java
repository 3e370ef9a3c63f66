package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlFragment;
import io.bookbell.server.text.SearchWords;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Builds SQL conditions on requests, whose rows are named {@code r}, and on the words of the index,
 * whose rows are named {@code w}. They find requests by the words of title, author, ISBN, note and
 * the supporter's name. Every search word must be the prefix of an indexed word. If no word of the
 * creator's requests has that prefix, it may be any substring. Stateless.
 *
 * <p>Requests that aren't in the word index yet are matched by substring.
 */
public final class RequestSearch {
  private static final String LAST = Character.toString(Character.MAX_CODE_POINT);
  private static final int MAX_SIMILAR = 100;

  /**
   * The creator's words that contain a substring. A recursive query visits each distinct word once
   * (a loose index scan), however often it is stored.
   */
  private static final String SIMILAR_WORDS =
      """
      WITH RECURSIVE vocabulary (word) AS (
        SELECT min(word) FROM request_word WHERE creator_id = ?
        UNION ALL
        SELECT (
          SELECT min(w.word) FROM request_word w
          WHERE w.creator_id = ? AND w.word > vocabulary.word)
        FROM vocabulary WHERE vocabulary.word IS NOT NULL)
      SELECT word FROM vocabulary WHERE""";

  private RequestSearch() {}

  /**
   * Returns a condition on all requests of a creator, evaluated along the creator's words in the
   * index.
   */
  static SqlFragment conditionForCreator(Transaction tx, UserId creator, String text) {
    List<String> wanted = SearchWords.queryWords(text);
    SqlFragment all =
        joinForCreator(creator, wanted, (words, word) -> matchesWord(tx, creator, word, words));
    return orUnindexed(tx, all, wanted);
  }

  /** Joins the conditions on each word, made from the name of the index's rows and the word. */
  private static SqlFragment joinForCreator(
      UserId creator, List<String> wanted, BiFunction<String, String, SqlFragment> matches) {
    if (wanted.isEmpty()) {
      return SqlFragment.FALSE;
    }
    SqlFragment first =
        SqlFragment.of(
                "r.id IN (SELECT w.request_id FROM request_word w WHERE w.creator_id = ? AND",
                creator)
            .append(matches.apply("w", wanted.getFirst()))
            .append(")");
    return wanted.stream()
        .skip(1)
        .map(word -> hasWord(matches.apply("other", word)))
        .reduce(first, SqlFragment::and);
  }

  /**
   * Returns a condition for a small set of requests, evaluated request by request. It matches any
   * substring.
   */
  static SqlFragment conditionForText(Transaction tx, String text) {
    List<String> wanted = SearchWords.queryWords(text);
    return orUnindexed(tx, joinForText(wanted), wanted);
  }

  private static SqlFragment joinForText(List<String> wanted) {
    return wanted.stream()
        .map(word -> hasWord(SqlFragment.contains("other.word", word)))
        .reduce(SqlFragment::and)
        .orElse(SqlFragment.FALSE);
  }

  /**
   * Returns a condition on the rows of a creator's words joined to requests, for books with a word
   * for each of the given prefixes. If all of them are single letters, they must match whole words.
   * Empty if {@code wanted} is.
   */
  public static Optional<SqlFragment> conditionForBooks(UserId creator, List<String> wanted) {
    boolean letters = wanted.stream().allMatch(SearchWords::isSingleLetter);
    return wanted.stream()
        .map(
            word ->
                word.equals(wanted.getFirst())
                    ? SqlFragment.of("w.creator_id = ?", creator)
                        .and(matchesBook("w", word, letters))
                    : hasWord(matchesBook("other", word, letters)))
        .reduce(SqlFragment::and);
  }

  /**
   * A condition that depends on what is in the index, which is being read.
   *
   * @param condition the right one if it holds
   */
  record LikelyCondition(SqlFragment condition, Supplier<Boolean> holds) {}

  /**
   * Returns {@link #conditionForCreator} as it is if some word of the creator's requests begins
   * with each search word, and no request is missing in the index.
   */
  static LikelyCondition likelyForCreator(Transaction tx, UserId creator, String text) {
    List<String> wanted = SearchWords.queryWords(text);
    var backlog = WordIndex.findBacklogLater(tx);
    List<PendingResult<List<Boolean>>> begun =
        wanted.stream().map(word -> isBegunLater(tx, creator, word)).toList();
    return new LikelyCondition(
        joinForCreator(creator, wanted, RequestSearch::startsWith),
        () -> backlog.get().isEmpty() && begun.stream().noneMatch(found -> found.get().isEmpty()));
  }

  /** Returns {@link #conditionForText} as it is if no request is missing in the index. */
  static LikelyCondition likelyForText(Transaction tx, String text) {
    var backlog = WordIndex.findBacklogLater(tx);
    return new LikelyCondition(
        joinForText(SearchWords.queryWords(text)), () -> backlog.get().isEmpty());
  }

  private static SqlFragment matchesBook(String words, String word, boolean whole) {
    SqlFragment matches =
        whole ? SqlFragment.of(words + ".word = ?", word) : startsWith(words, word);
    return matches.and(words + ".of_book");
  }

  /**
   * Expresses EXISTS as a scalar subquery. PostgreSQL may rewrite an EXISTS as a join over all
   * words, but never a scalar subquery.
   */
  private static SqlFragment hasWord(SqlFragment condition) {
    return SqlFragment.of("(SELECT 1 FROM request_word other WHERE other.request_id = r.id AND")
        .append(condition)
        .append("LIMIT 1) IS NOT NULL");
  }

  private static SqlFragment startsWith(String words, String beginning) {
    return SqlFragment.of(words + ".word BETWEEN ? AND ?", beginning, beginning + LAST);
  }

  private static SqlFragment matchesWord(
      Transaction tx, UserId creator, String word, String words) {
    return isBegunLater(tx, creator, word).get().isEmpty()
        ? SqlFragment.of(words + ".word IN (?)", findSimilarWords(tx, creator, word))
        : startsWith(words, word);
  }

  /** Reads whether there is a word with this beginning: a row if there is. */
  private static PendingResult<List<Boolean>> isBegunLater(
      Transaction tx, UserId creator, String word) {
    return tx.query(
            """
            SELECT 1 AS found FROM request_word
            WHERE creator_id = ? AND word BETWEEN ? AND ? LIMIT 1""",
            creator,
            word,
            word + LAST)
        .later(row -> true);
  }

  private static List<String> findSimilarWords(Transaction tx, UserId creator, String part) {
    return tx.query(
            SqlFragment.of(SIMILAR_WORDS, creator, creator)
                .append(SqlFragment.contains("word", part))
                .append("LIMIT ?", MAX_SIMILAR))
        .list(row -> row.getString("word"));
  }

  /** Requests that aren't indexed yet are searched by substring. */
  private static SqlFragment orUnindexed(Transaction tx, SqlFragment indexed, List<String> wanted) {
    OptionalLong below = WordIndex.findBacklog(tx);
    if (below.isEmpty() || wanted.isEmpty()) {
      return indexed;
    }
    SqlFragment unindexed =
        wanted.stream()
            .map(RequestSearch::containsWord)
            .reduce(SqlFragment.of("r.id < ?", below.getAsLong()), SqlFragment::and);
    return SqlFragment.anyOf(List.of(indexed, unindexed));
  }

  private static SqlFragment containsWord(String word) {
    return SqlFragment.anyOf(
        Stream.of("r.title", "r.author", "r.isbn", "r.note", "u.display_name")
            .map(text -> SqlFragment.contains("lower(" + text + ")", word))
            .toList());
  }
}
