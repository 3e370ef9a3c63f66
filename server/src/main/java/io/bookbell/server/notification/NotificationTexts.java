package io.bookbell.server.notification;

import io.bookbell.server.storage.StoredTexts;
import io.bookbell.server.storage.Transaction;
import java.util.List;

/** The details of all notifications. Thread-safe and stateless. */
public final class NotificationTexts implements StoredTexts {
  @Override
  public List<StoredText> readAfter(Transaction tx, long after, int limit) {
    return tx.query(
            """
            SELECT id, details
            FROM notification
            WHERE id > ? AND details IS NOT NULL
            ORDER BY id
            LIMIT ?
            FOR NO KEY UPDATE""",
            after,
            limit)
        .list(row -> new StoredText(row.getLong("id"), row.getString("details")));
  }

  @Override
  public void replaceText(Transaction tx, StoredText text) {
    tx.update("UPDATE notification SET details = ? WHERE id = ?", text.json(), text.id());
  }
}
