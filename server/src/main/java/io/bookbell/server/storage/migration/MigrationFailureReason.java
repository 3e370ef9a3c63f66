package io.bookbell.server.storage.migration;

import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.storage.DatabaseFailureReason;
import java.util.Arrays;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.flywaydb.core.internal.exception.FlywayMigrateException;

/**
 * Turns Flyway's failures into one-line explanations for the operator, without Flyway's own advice.
 */
final class MigrationFailureReason {
  private MigrationFailureReason() {}

  /**
   * Rejects a database that a newer Bookbell has migrated.
   *
   * @throws DatabaseException if it contains a migration that this program doesn't know
   */
  static void requireNotNewer(Flyway flyway) {
    Optional<MigrationInfo> newer =
        Arrays.stream(flyway.info().all())
            .filter(
                each ->
                    each.getState() == MigrationState.FUTURE_SUCCESS
                        || each.getState() == MigrationState.FUTURE_FAILED)
            .findAny();
    newer.ifPresent(
        each -> {
          throw new DatabaseException(
              "The database has schema %s of a newer Bookbell, which this one does not know: use the newer one"
                  .formatted(each.getVersion()));
        });
  }

  static DatabaseException of(FlywayException failure) {
    return new DatabaseException(describeFailure(failure), failure);
  }

  private static String describeFailure(FlywayException failure) {
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof FlywayValidateException) {
      return "The schema history of the database does not match this Bookbell ("
          + DatabaseFailureReason.oneLine(firstValidationError(message))
          + "): restore a backup into an empty database, or use the Bookbell that made it";
    }
    if (message.contains("non-empty schema")) {
      return "The database holds tables of another program; Bookbell needs an empty database of its own";
    }
    if (DatabaseFailureReason.sqlFailure(failure) == null) {
      return "The schema could not be brought up to date: "
          + DatabaseFailureReason.oneLine(message.lines().findFirst().orElse(""));
    }
    return failure instanceof FlywayMigrateException
        ? "The schema could not be brought up to date (%s), and nothing of that step was kept: %s"
            .formatted(
                message.lines().findFirst().orElse("").strip(), DatabaseFailureReason.of(failure))
        : "Cannot use the database: " + DatabaseFailureReason.of(failure);
  }

  /** The first error that Flyway found, without its heading and its advice. */
  private static String firstValidationError(String message) {
    return message.lines().skip(1).findFirst().orElse(message).strip();
  }
}
