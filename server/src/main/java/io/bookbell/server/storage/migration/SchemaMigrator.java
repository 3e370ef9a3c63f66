package io.bookbell.server.storage.migration;

import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.storage.DatabaseFailureReason;
import io.bookbell.server.storage.PostgresConnections;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** Migrates or checks a database's schema before anything else uses it. */
public final class SchemaMigrator {
  private static final Duration TOLD_EVERY = Duration.ofSeconds(10);
  public static final String NOT_NEWEST =
      "The database is empty or of an older version; “bookbell serve” brings it up to date.";

  private SchemaMigrator() {}

  /**
   * Migrates a database to the newest schema, without a time limit. Waits if another node is
   * migrating.
   *
   * @param source provides connections without timeouts
   * @param folder the class-path folder of the dialect's migrations, such as {@code db/sqlite}
   */
  public static void migrateToNewest(DataSource source, String folder) {
    migrateToNewest(source, folder, TOLD_EVERY);
  }

  /**
   * Like {@link #migrateToNewest(DataSource, String)}, with the interval at which to log progress.
   */
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

  /** Rejects a database that isn't at the newest schema. Changes nothing. */
  public static void requireNewest(DataSource source, String folder) {
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
