package io.bookbell.server.notification;

import io.bookbell.server.storage.Transaction;
import java.util.List;

/**
 * Replaces the English texts of older notifications by details. {@code HousekeepingWorker} calls it
 * after an upgrade or a restore. Stateless.
 */
public final class NotificationMigration {
  private static final int ROWS_AT_ONCE = 200;

  private static final String WITHOUT_DETAILS =
      """
      SELECT id, kind, text
      FROM notification
      WHERE details IS NULL
      ORDER BY id
      LIMIT ?""";

  private static final String SET_DETAILS =
      """
      UPDATE notification
      SET kind = ?, details = ?, text = ?
      WHERE id = ? AND details IS NULL""";

  private NotificationMigration() {}

  private record OldNotification(long id, String kind, String text) {}

  /**
   * Migrates a batch of notifications.
   *
   * @return whether there may be more
   */
  public static boolean migrateBatch(Transaction tx) {
    List<OldNotification> older =
        tx.query(WITHOUT_DETAILS, ROWS_AT_ONCE)
            .list(
                row ->
                    new OldNotification(
                        row.getLong("id"), row.getString("kind"), row.getString("text")));
    for (OldNotification each : older) {
      NotificationFacts facts = NotificationTextParser.parseText(each.kind, each.text);
      tx.enqueue(
          SET_DETAILS,
          facts.kind().wireName(),
          facts.storedDetails(),
          NotificationService.NO_TEXT,
          each.id);
    }
    return older.size() == ROWS_AT_ONCE;
  }
}
