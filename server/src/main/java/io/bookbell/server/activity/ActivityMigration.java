package io.bookbell.server.activity;

import io.bookbell.server.storage.Transaction;
import java.util.List;

/**
 * Replaces the English texts of older log entries by details. {@code HousekeepingWorker} calls it
 * after an upgrade or a restore. Stateless.
 */
public final class ActivityMigration {
  private static final int ROWS_AT_ONCE = 200;

  private static final String WITHOUT_DETAILS =
      """
      SELECT id, kind, detail
      FROM activity
      WHERE details IS NULL
      ORDER BY id
      LIMIT ?""";

  private static final String SET_DETAILS =
      """
      UPDATE activity
      SET kind = ?, details = ?, detail = ?
      WHERE id = ? AND details IS NULL""";

  private ActivityMigration() {}

  private record OldEntry(long id, String kind, String text) {}

  /**
   * Migrates a batch of entries.
   *
   * @return whether there may be more
   */
  public static boolean migrateBatch(Transaction tx) {
    List<OldEntry> older =
        tx.query(WITHOUT_DETAILS, ROWS_AT_ONCE)
            .list(
                row ->
                    new OldEntry(
                        row.getLong("id"), row.getString("kind"), row.getString("detail")));
    for (OldEntry entry : older) {
      ActivityFacts facts = ActivityTextParser.parseText(entry.kind, entry.text);
      tx.enqueue(
          SET_DETAILS,
          facts.kind().wireName(),
          facts.storedDetails(),
          ActivityLog.NO_TEXT,
          entry.id);
    }
    return older.size() == ROWS_AT_ONCE;
  }
}
