package io.bookbell.server.storage.migration;

import io.bookbell.server.storage.DataLock;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL advisory lock that makes nodes migrate their shared database one at a time; the
 * others wait without a time limit. On SQLite it does nothing, because {@link DataLock} covers the
 * file. Confined to one thread.
 */
final class MigrationLock implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MigrationLock.class);

  /** The key of the advisory lock: "migrate" in ASCII. */
  private static final long KEY = 0x6d696772617465L;

  private final @Nullable Connection connection;

  private MigrationLock(@Nullable Connection connection) {
    this.connection = connection;
  }

  /**
   * Acquires the lock. While another node holds it, waits and logs that it is waiting.
   *
   * @param source provides connections without timeouts
   * @param every how often to log
   */
  static MigrationLock acquireLock(DataSource source, Duration every) throws SQLException {
    Connection connection = source.getConnection();
    try {
      if (!connection.getMetaData().getDatabaseProductName().equals("PostgreSQL")) {
        connection.close();
        return new MigrationLock(null);
      }
      if (!tryLock(connection)) {
        awaitLock(connection, every);
      }
      return new MigrationLock(connection);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private static boolean tryLock(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet taken = statement.executeQuery("SELECT pg_try_advisory_lock(" + KEY + ")")) {
      return taken.next() && taken.getBoolean(1);
    }
  }

  private static void awaitLock(Connection connection, Duration every) throws SQLException {
    long begun = System.nanoTime();
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("migration-turn").daemon().factory());
    try (Statement statement = connection.createStatement()) {
      var _ =
          thread.scheduleWithFixedDelay(
              () ->
                  log.info(
                      "Waiting for another node to migrate the database ({} s so far)",
                      Duration.ofNanos(System.nanoTime() - begun).toSeconds()),
              0,
              every.toMillis(),
              TimeUnit.MILLISECONDS);
      statement.execute("SELECT pg_advisory_lock(" + KEY + ")");
    } finally {
      thread.shutdownNow();
    }
  }

  @Override
  public void close() throws SQLException {
    if (connection != null) {
      connection.close();
    }
  }
}
