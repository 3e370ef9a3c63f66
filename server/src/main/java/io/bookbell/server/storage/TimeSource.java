package io.bookbell.server.storage;

import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlSession;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
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

  /** The clock of this process, for SQLite and for tests that set the time. */
  static TimeSource of(InstantSource clock) {
    return _ -> {
      Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      return () -> now;
    };
  }

  /** PostgreSQL's clock at the moment when the statement runs. */
  static TimeSource ofPostgres() {
    String query = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) AS now";
    return session -> {
      PendingResult<List<Instant>> result = session.query(query).later(row -> row.getTime("now"));
      return () -> result.get().getFirst();
    };
  }
}
