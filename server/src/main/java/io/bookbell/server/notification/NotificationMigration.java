package io.bookbell.server.notification;

import static io.bookbell.server.storage.schema.Tables.NOTIFICATION;

import io.bookbell.server.storage.Transaction;

/**
 * Replaces the English texts of older notifications by details. {@code HousekeepingWorker} calls it
 * after an upgrade or a restore. Stateless.
 */
public final class NotificationMigration {
  private static final int ROWS_AT_ONCE = 200;

  private NotificationMigration() {}

  /**
   * Migrates a batch of notifications.
   *
   * @return whether there may be more
   */
  public static boolean migrateBatch(Transaction tx) {
    var older =
        tx.sql()
            .select(NOTIFICATION.ID, NOTIFICATION.KIND, NOTIFICATION.TEXT)
            .from(NOTIFICATION)
            .where(NOTIFICATION.DETAILS.isNull())
            .orderBy(NOTIFICATION.ID)
            .limit(ROWS_AT_ONCE)
            .fetch();
    for (var row : older) {
      NotificationFacts facts = NotificationTextParser.parseText(row.value2(), row.value3());
      tx.run(
          tx.sql()
              .update(NOTIFICATION)
              .set(NOTIFICATION.KIND, facts.kind().wireName())
              .set(NOTIFICATION.DETAILS, facts.storedDetails())
              .set(NOTIFICATION.TEXT, NotificationService.NO_TEXT)
              .where(NOTIFICATION.ID.eq(row.value1()))
              .and(NOTIFICATION.DETAILS.isNull()));
    }
    return older.size() == ROWS_AT_ONCE;
  }
}
