package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.quota.Ledger.LedgerEntry;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ledger's lines of kind {@code tier}: a supporter has moved to another tier because of a
 * membership service, of somebody of the team, of an invitation, or because their tier was deleted.
 * They don't count anything. Append-only. Stateless and thread-safe.
 */
final class TierLines {
  static final String TIER = "tier";

  private TierLines() {}

  /**
   * Adds a line that says who has moved a supporter: somebody of the team, or the supporter by
   * accepting an invitation.
   */
  static void addTierChange(
      Transaction tx, Membership membership, UserId actor, String oldTier, String newTier) {
    insert(tx, membership, null, actor, oldTier, newTier);
  }

  /** Adds a line that says that a supporter was moved because their tier was deleted. */
  static void addDeletion(Transaction tx, Membership membership, long deletedTier) {
    FormerTier former =
        tx.query(
                "SELECT name, coalesce(deleted_by, creator_id) AS actor FROM tier WHERE id = ?",
                deletedTier)
            .single(row -> new FormerTier(row.getString("name"), row.getUser("actor")));
    addTierChange(tx, membership, former.actor, former.name, membership.tier().name());
  }

  private record FormerTier(String name, UserId actor) {}

  /**
   * Adds a line about what a membership service has changed.
   *
   * @param oldTier its name; null for a new supporter
   * @param newTier its name; null if the membership has ended
   */
  static void addLine(
      Transaction tx,
      Membership membership,
      String source,
      @Nullable String oldTier,
      @Nullable String newTier) {
    insert(tx, membership, source, null, oldTier, newTier);
  }

  private static void insert(
      Transaction tx,
      Membership membership,
      @Nullable String source,
      @Nullable UserId actor,
      @Nullable String oldTier,
      @Nullable String newTier) {
    tx.update(
        """
        INSERT INTO tier_change
          (id, creator_id, user_id, source, actor_id, old_tier, new_tier, period_key, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        tx.nextId("quota_ledger"), // so that the lines of both tables are in one order
        membership.creator(),
        membership.user(),
        source,
        actor,
        oldTier,
        newTier,
        membership.periodKey(),
        tx.now());
  }

  /** Reads a supporter's lines, newest first. */
  static PendingResult<List<LedgerEntry>> findLater(
      Transaction tx, UserId creator, UserId user, int most) {
    return tx.query(
            """
                SELECT t.id AS id, coalesce(t.source, u.display_name) AS mover,
                  t.old_tier AS old_tier, t.new_tier AS new_tier, t.period_key AS period_key,
                  t.created_at AS created_at
                FROM tier_change t
                LEFT JOIN app_user u ON u.id = t.actor_id
                WHERE t.creator_id = ? AND t.user_id = ? ORDER BY t.id DESC LIMIT ?""",
            creator,
            user,
            most)
        .later(TierLines::toEntry);
  }

  /** Adds a supporter's lines to those of the quota, which are ordered from the newest. */
  static List<LedgerEntry> addTo(List<LedgerEntry> lines, List<LedgerEntry> changes, int most) {
    if (changes.isEmpty()) {
      return lines;
    }
    var all = new ArrayList<>(lines);
    all.addAll(changes);
    all.sort(Comparator.comparingLong(LedgerEntry::id).reversed());
    return List.copyOf(all.subList(0, Math.min(all.size(), most)));
  }

  private static LedgerEntry toEntry(SqlRow row) throws SQLException {
    return new LedgerEntry(
        row.getLong("id"),
        TIER,
        0,
        null,
        row.findString("new_tier"),
        row.getString("period_key"),
        row.findString("old_tier"),
        row.getString("mover"),
        row.getTime("created_at"),
        Ledger.OWN);
  }
}
