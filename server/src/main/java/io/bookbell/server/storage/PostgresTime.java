package io.bookbell.server.storage;

import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.RowMapper;
import io.bookbell.server.storage.sql.SqlSession;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** PostgreSQL's clock. Thread-safe. */
final class PostgresTime implements TimeSource {
  private static final String CLOCK =
      "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) AS now";
  private static final String READ = "SELECT " + CLOCK;

  /** By the statement that locks, which comes from the program, so they are few. */
  private final Map<String, String> withLocks = new ConcurrentHashMap<>();

  @Override
  public Supplier<Instant> read(SqlSession session) {
    PendingResult<List<Instant>> result = session.query(READ).later(row -> row.getTime("now"));
    return () -> result.get().getFirst();
  }

  /**
   * One statement does both. PostgreSQL never merges a subquery that locks rows into the query
   * around it, so it locks the row first.
   */
  @Override
  public <T> LockedRow<T> readAfterLock(
      SqlSession session, String sql, Object key, RowMapper<T> mapper) {
    String both =
        withLocks.computeIfAbsent(
            sql, lock -> "SELECT locked.*, " + CLOCK + " FROM (" + lock + ") AS locked");
    PendingResult<List<TimedRow<T>>> rows =
        session.query(both, key).later(row -> new TimedRow<>(mapper.map(row), row.getTime("now")));
    return new LockedRow<>(
        () -> rows.get().stream().findFirst().map(TimedRow::row),
        () ->
            rows.get().stream()
                .findFirst()
                .map(TimedRow::time)
                .orElseGet(() -> read(session).get()));
  }

  private record TimedRow<T>(T row, Instant time) {}
}
