package io.bookbell.server.storage;

import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** The schema of a database, before anything else uses it. */
final class SchemaMigrator {
  private static final Duration TOLD_EVERY = Duration.ofSeconds(10);
  static final String NOT_NEWEST =
      "The database is empty or of an older version; “bookbell serve” brings it up to date.";

  private SchemaMigrator() {}

  /**
   * Brings a database to the newest schema, however long it takes; another node that is at it is
   * waited for.
   *
   * @param source of connections without limits on what they may take
   * @param folder the class-path folder of the dialect's migrations, such as {@code db/sqlite}
   */
  static void migrateToNewest(DataSource source, String folder) {
    migrateToNewest(source, folder, TOLD_EVERY);
  }

  /** As {@link #migrateToNewest(DataSource, String)}, and logs at least so often how far it is. */
  static void migrateToNewest(DataSource source, String folder, Duration toldEvery) {
    if (SchemaHistory.isNewest(source, folder)) {
      return;
    }
    try (var _ = MigrationLock.acquireLock(source, toldEvery)) {
      if (!SchemaHistory.isNewest(source, folder)) { // unless the other node has done it
        runFlyway(source, folder, toldEvery);
      }
    } catch (FlywayException e) {
      throw MigrationFailureReason.of(e);
    } catch (SQLException e) {
      throw new DatabaseException("Cannot use the database: " + DatabaseFailureReason.of(e), e);
    }
  }

  private static void runFlyway(DataSource source, String folder, Duration toldEvery) {
    Flyway flyway = configureFlyway(source, folder).load();
    MigrationFailureReason.requireNotNewer(flyway);
    var before = flyway.info();
    try (var progress =
        new MigrationProgress(before.pending().length, before.current() != null, toldEvery)) {
      configureFlyway(source, folder).callbacks(progress).load().migrate();
    }
  }

  /** Changes nothing, and refuses a database that is not at the newest schema. */
  static void requireNewest(DataSource source, String folder) {
    if (SchemaHistory.isNewest(source, folder)) {
      return;
    }
    try {
      Flyway flyway = configureFlyway(source, folder).load();
      MigrationFailureReason.requireNotNewer(flyway);
      if (flyway.info().pending().length > 0) {
        throw new DatabaseException(NOT_NEWEST);
      }
    } catch (FlywayException e) {
      throw MigrationFailureReason.of(e);
    }
  }

  private static FluentConfiguration configureFlyway(DataSource source, String folder) {
    FluentConfiguration flyway =
        Flyway.configure().dataSource(source).locations("classpath:" + folder);
    return folder.equals("db/postgresql") ? flyway.initSql(PostgresConnections.NO_LIMITS) : flyway;
  }
}
