package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.membership.SourceStore.SourceKey;
import io.bookbell.server.storage.Transaction;
import java.util.List;

/**
 * The members whom events named and who are to be read anew. It keeps no event: what the source
 * says now counts, so events may come twice, late, or in any order. Thread-safe and stateless.
 */
public final class RefreshQueue {

  /** A member to be read. */
  record PendingRefresh(String memberKey, int generation) {}

  /** Adds a member; another event for one who waits already only changes the generation. */
  public void add(Transaction tx, UserId creator, String source, String memberKey) {
    tx.update(
        """
        INSERT INTO source_refresh (creator_id, source, member_key, generation)
        VALUES (?, ?, ?, 1)
        ON CONFLICT (creator_id, source, member_key)
        DO UPDATE SET generation = source_refresh.generation + 1""",
        creator,
        source,
        memberKey);
  }

  List<PendingRefresh> find(Transaction tx, SourceKey key, int limit) {
    return tx.query(
            """
            SELECT member_key, generation FROM source_refresh
            WHERE creator_id = ? AND source = ? ORDER BY member_key LIMIT ?""",
            key.creator(),
            key.source(),
            limit)
        .list(row -> new PendingRefresh(row.getString("member_key"), row.getInt("generation")));
  }

  /** Returns the sources with members to be read, unless a problem keeps them from being read. */
  List<SourceKey> findSources(Transaction tx) {
    return tx.query(
            """
            SELECT s.creator_id AS creator_id, s.source AS source FROM membership_source s
            WHERE s.problem IS NULL
            AND EXISTS (
              SELECT 1 FROM source_refresh r
              WHERE r.creator_id = s.creator_id AND r.source = s.source)""")
        .list(SourceKey::of);
  }

  /** Removes a member who was read, unless another event has come since. */
  void remove(Transaction tx, SourceKey key, PendingRefresh done) {
    tx.update(
        """
        DELETE FROM source_refresh
        WHERE creator_id = ? AND source = ? AND member_key = ? AND generation = ?""",
        key.creator(),
        key.source(),
        done.memberKey,
        done.generation);
  }

  /** Removes the events that a complete sync has made unnecessary: those from before it began. */
  void removeAll(Transaction tx, SourceKey key, List<PendingRefresh> before) {
    before.forEach(each -> remove(tx, key, each));
  }
}
