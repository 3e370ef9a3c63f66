package io.bookbell.server.activity;

import io.bookbell.server.storage.StoredTexts;
import io.bookbell.server.storage.Transaction;
import java.util.List;

/** The details of all activities. Thread-safe and stateless. */
public final class ActivityTexts implements StoredTexts {
  @Override
  public List<StoredText> readAfter(Transaction tx, long after, int limit) {
    return tx.query(
            """
            SELECT id, details
            FROM activity
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
    tx.update("UPDATE activity SET details = ? WHERE id = ?", text.json(), text.id());
  }
}
