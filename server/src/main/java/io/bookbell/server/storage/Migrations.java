package io.bookbell.server.storage;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** The schema of a database, before anything else uses it. */
final class Migrations {
  static final String NOT_NEWEST =
      "The database is empty or of an older version; “bookbell serve” brings it up to date.";

  private Migrations() {}

  /**
   * Brings a database to the newest schema.
   *
   * @param folder the class-path folder of the dialect's migrations, such as {@code db/sqlite}
   */
  static void run(DataSource source, String folder) {
    if (SchemaHistory.isNewest(source, folder)) {
      return;
    }
    try {
      Flyway flyway = flyway(source, folder);
      MigrationFailure.refuseNewer(flyway);
      flyway.migrate();
    } catch (FlywayException e) {
      throw MigrationFailure.of(e);
    }
  }

  /** Changes nothing, and refuses a database that is not at the newest schema. */
  static void expectNewest(DataSource source, String folder) {
    if (SchemaHistory.isNewest(source, folder)) {
      return;
    }
    try {
      Flyway flyway = flyway(source, folder);
      MigrationFailure.refuseNewer(flyway);
      if (flyway.info().pending().length > 0) {
        throw new DatabaseException(NOT_NEWEST);
      }
    } catch (FlywayException e) {
      throw MigrationFailure.of(e);
    }
  }

  private static Flyway flyway(DataSource source, String folder) {
    return Flyway.configure().dataSource(source).locations("classpath:" + folder).load();
  }
}
