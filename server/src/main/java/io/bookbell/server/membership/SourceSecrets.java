package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;

/**
 * Stores what sources are called with, as their packages have encrypted it, or a hash of what they
 * prove themselves with. Only such a hash is part of a backup. Thread-safe and stateless.
 */
public final class SourceSecrets {
  public Optional<String> find(Transaction tx, UserId creator, String source) {
    return tx.query(
            "SELECT content FROM source_secret WHERE creator_id = ? AND source = ?",
            creator,
            source)
        .first(row -> row.getString("content"));
  }

  public void store(Transaction tx, UserId creator, String source, String content) {
    tx.update(
        """
        INSERT INTO source_secret (creator_id, source, content) VALUES (?, ?, ?)
        ON CONFLICT (creator_id, source) DO UPDATE SET content = excluded.content""",
        creator,
        source,
        content);
  }
}
