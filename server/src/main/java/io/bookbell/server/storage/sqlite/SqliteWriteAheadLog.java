package io.bookbell.server.storage.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SQLite's write-ahead log. SQLite checkpoints and restarts it automatically, but not while a
 * reader still needs it: during long or overlapping reads it would grow without limit. Called on
 * the writer's thread, except {@link #sizeInBytes}.
 */
final class SqliteWriteAheadLog {
  private static final Logger log = LoggerFactory.getLogger(SqliteWriteAheadLog.class);

  /** Four times the usual size. Above it, the writer waits briefly for readers. */
  static final long LARGE = 64L << 20;

  private static final Duration APART = Duration.ofSeconds(5);
  private static final int TIMEOUT_MILLIS = 250;

  private final Path file;
  private long nextTry = System.nanoTime();

  SqliteWriteAheadLog(Path database) {
    this.file = database.resolveSibling(database.getFileName() + "-wal");
  }

  long sizeInBytes() {
    try {
      return Files.size(file);
    } catch (IOException _) {
      return 0; // the file doesn't exist while nobody has the database open
    }
  }

  /**
   * Truncates the log if it has become large. Called after a commit; limits how often it tries,
   * because it makes the writer wait for readers.
   */
  void truncateIfLarge(Connection connection, int busyTimeoutMillis) throws SQLException {
    if (sizeInBytes() < LARGE || System.nanoTime() - nextTry < 0) {
      return;
    }
    if (!truncateLog(connection, TIMEOUT_MILLIS, busyTimeoutMillis)) {
      nextTry = System.nanoTime() + APART.toNanos();
      log.warn(
          "SQLite's write-ahead log has grown to {} MiB during a long read; trying again in {} s",
          sizeInBytes() >> 20,
          APART.toSeconds());
    }
  }

  /**
   * Checkpoints the whole log and truncates the file.
   *
   * @return whether it succeeded, without being blocked by a reader
   */
  boolean truncateLog(Connection connection, int timeoutMillis, int busyTimeoutMillis)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = " + timeoutMillis);
      try (ResultSet result = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
        return result.next() && result.getInt(1) == 0;
      } finally {
        statement.execute("PRAGMA busy_timeout = " + busyTimeoutMillis);
      }
    }
  }
}
