package io.bookbell.server.storage;

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
 * SQLite's write-ahead log. SQLite brings it into the database and begins it again by itself, but
 * never while a reader needs some of it: beside long reads, or many that overlap, it would grow
 * without end. For the writer's thread, but for {@link #sizeInBytes}.
 */
final class SqliteWriteAheadLog {
  private static final Logger log = LoggerFactory.getLogger(SqliteWriteAheadLog.class);

  /** Four times what is usual; from here on readers are waited for, a moment at a time. */
  static final long LARGE = 64L << 20;

  private static final Duration APART = Duration.ofSeconds(5);
  private static final int PATIENCE_MILLIS = 250;

  private final Path file;
  private long nextTry = System.nanoTime();

  SqliteWriteAheadLog(Path database) {
    this.file = database.resolveSibling(database.getFileName() + "-wal");
  }

  /** In bytes. */
  long sizeInBytes() {
    try {
      return Files.size(file);
    } catch (IOException _) {
      return 0; // it is not there while nobody has the database open
    }
  }

  /** Empties the log after a commit if it has become large; now and then, as readers wait. */
  void truncateIfLarge(Connection connection, int busyTimeoutMillis) throws SQLException {
    if (sizeInBytes() < LARGE || System.nanoTime() - nextTry < 0) {
      return;
    }
    if (!truncateLog(connection, PATIENCE_MILLIS, busyTimeoutMillis)) {
      nextTry = System.nanoTime() + APART.toNanos();
      log.warn(
          "SQLite's write-ahead log has grown to {} MiB during a long read; trying again in {} s",
          sizeInBytes() >> 20,
          APART.toSeconds());
    }
  }

  /**
   * Brings the whole log into the database and cuts the file.
   *
   * @return whether no reader stood in the way
   */
  boolean truncateLog(Connection connection, int patienceMillis, int busyTimeoutMillis)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = " + patienceMillis);
      try (ResultSet result = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
        return result.next() && result.getInt(1) == 0;
      } finally {
        statement.execute("PRAGMA busy_timeout = " + busyTimeoutMillis);
      }
    }
  }
}
