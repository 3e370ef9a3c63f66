package io.bookbell.server.storage;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** The schema of a database, before anything else uses it. */
final class Migrations {
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
      flyway(source, folder).migrate();
    } catch (FlywayException e) {
      throw new DatabaseException(
          "The schema could not be brought up to date: " + e.getMessage(), e);
    }
  }

  /** Changes nothing, and refuses a database that is not at the newest schema. */
  static void expectNewest(DataSource source, String folder) {
    if (SchemaHistory.isNewest(source, folder)) {
      return;
    }
    try {
      if (flyway(source, folder).info().pending().length > 0) {
        throw new DatabaseException(
            "The database is empty or of an older version; “bookbell serve” brings it up to date.");
      }
    } catch (FlywayException e) {
      throw new DatabaseException("The schema could not be read: " + e.getMessage(), e);
    }
  }

  private static Flyway flyway(DataSource source, String folder) {
    return Flyway.configure().dataSource(source).locations("classpath:" + folder).load();
  }
}
