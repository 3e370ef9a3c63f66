package io.bookbell.server.storage;

import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.RowMapper;
import io.bookbell.server.storage.sql.SqlSession;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The clock of transactions; quota periods and expiries depend on it. Nodes that share a PostgreSQL
 * use its clock, so they agree on the current month.
 */
@FunctionalInterface
public interface TimeSource {
  /**
   * Reads the time.
   *
   * @return the time; asking for it may send the statements that wait
   */
  Supplier<Instant> read(SqlSession session);

  /**
   * Locks and reads a row, and reads the time. PostgreSQL's is that after the lock was taken; a
   * clock of this process is read at once.
   *
   * @param sql reads and locks the row, whose only value is the key
   */
  default <T> LockedRow<T> readAfterLock(
      SqlSession session, String sql, Object key, RowMapper<T> mapper) {
    PendingResult<List<T>> rows = session.query(sql, key).later(mapper);
    return new LockedRow<>(() -> rows.get().stream().findFirst(), read(session));
  }

  /**
   * A row, and the time at which it was locked. Asking for either may send the statements that
   * wait.
   */
  record LockedRow<T>(Supplier<Optional<T>> row, Supplier<Instant> time) {}

  /** The clock of this process, for SQLite and for tests that set the time. */
  static TimeSource of(InstantSource clock) {
    return _ -> {
      Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      return () -> now;
    };
  }

  /** PostgreSQL's clock at the moment when the statement runs. */
  static TimeSource ofPostgres() {
    return new PostgresTime();
  }
}
