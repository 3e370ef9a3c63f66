package io.bookbell.server.inbox;

import io.bookbell.server.storage.StoredTexts;
import io.bookbell.server.storage.Transaction;
import java.util.List;

/** The bodies of all messages that may still be delivered. Thread-safe and stateless. */
public final class MessageTexts implements StoredTexts {
  @Override
  public List<StoredText> readAfter(Transaction tx, long after, int limit) {
    return tx.query(
            """
            SELECT id, body
            FROM message
            WHERE id > ? AND body <> ''
            ORDER BY id
            LIMIT ?
            FOR NO KEY UPDATE""",
            after,
            limit)
        .list(row -> new StoredText(row.getLong("id"), row.getString("body")));
  }

  @Override
  public void replaceText(Transaction tx, StoredText text) {
    tx.update("UPDATE message SET body = ? WHERE id = ? AND body <> ''", text.json(), text.id());
  }
}
