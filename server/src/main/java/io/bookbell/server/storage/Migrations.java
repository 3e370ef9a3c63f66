package io.bookbell.server.storage;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings a database to the newest schema; at every start, before anything else uses it. */
final class Migrations {
  private Migrations() {}

  /**
   * @param folder the class-path folder of the dialect's migrations, such as {@code db/sqlite}
   */
  static void run(DataSource source, String folder) {
    try {
      Flyway.configure().dataSource(source).locations("classpath:" + folder).load().migrate();
    } catch (FlywayException e) {
      throw new DatabaseException(
          "The schema could not be brought up to date: " + e.getMessage(), e);
    }
  }
}
