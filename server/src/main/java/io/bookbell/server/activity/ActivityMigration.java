package io.bookbell.server.activity;

import static io.bookbell.server.storage.schema.Tables.ACTIVITY;

import io.bookbell.server.storage.Transaction;

/**
 * Replaces the English texts of older log entries by details. {@code HousekeepingWorker} calls it
 * after an upgrade or a restore. Stateless.
 */
public final class ActivityMigration {
  private static final int ROWS_AT_ONCE = 200;

  private ActivityMigration() {}

  /**
   * Migrates a batch of entries.
   *
   * @return whether there may be more
   */
  public static boolean migrateBatch(Transaction tx) {
    var older =
        tx.sql()
            .select(ACTIVITY.ID, ACTIVITY.KIND, ACTIVITY.DETAIL)
            .from(ACTIVITY)
            .where(ACTIVITY.DETAILS.isNull())
            .orderBy(ACTIVITY.ID)
            .limit(ROWS_AT_ONCE)
            .fetch();
    for (var row : older) {
      ActivityFacts facts = ActivityTextParser.parseText(row.value2(), row.value3());
      tx.run(
          tx.sql()
              .update(ACTIVITY)
              .set(ACTIVITY.KIND, facts.kind().wireName())
              .set(ACTIVITY.DETAILS, facts.storedDetails())
              .set(ACTIVITY.DETAIL, ActivityLog.NO_TEXT)
              .where(ACTIVITY.ID.eq(row.value1()))
              .and(ACTIVITY.DETAILS.isNull()));
    }
    return older.size() == ROWS_AT_ONCE;
  }
}
