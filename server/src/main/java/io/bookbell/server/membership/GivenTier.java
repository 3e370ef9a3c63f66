package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tier that a creator's sources gave to a supporter last.
 *
 * @param prior the tier the supporter had before the sources gave one; null if none
 * @param kept whether the source was disconnected since, so that the tier is like one that was
 *     given by hand
 */
record GivenTier(long tier, @Nullable Long prior, boolean kept) {
  private static final String KEEP_ABANDONED =
      """
      UPDATE source_supporter SET kept = TRUE
      WHERE NOT EXISTS (
        SELECT 1 FROM source_member
        WHERE source_member.creator_id = source_supporter.creator_id
        AND source_member.user_id = source_supporter.user_id
        AND source_member.tier_id IS NOT NULL)""";

  static Optional<GivenTier> find(Transaction tx, UserId creator, UserId user) {
    return tx.query(
            """
            SELECT tier_id, prior_id, kept FROM source_supporter
            WHERE creator_id = ? AND user_id = ?""",
            creator,
            user)
        .first(
            row ->
                new GivenTier(
                    row.getLong("tier_id"), row.findLong("prior_id"), row.getBoolean("kept")));
  }

  void store(Transaction tx, UserId creator, UserId user) {
    tx.update(
        """
        INSERT INTO source_supporter (creator_id, user_id, tier_id, prior_id, kept)
        VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (creator_id, user_id)
        DO UPDATE SET tier_id = excluded.tier_id, prior_id = excluded.prior_id,
          kept = excluded.kept""",
        creator,
        user,
        tier,
        prior,
        kept);
  }

  static void delete(Transaction tx, UserId creator, UserId user) {
    tx.update("DELETE FROM source_supporter WHERE creator_id = ? AND user_id = ?", creator, user);
  }

  /** Lets a creator's supporters keep the tiers that no source gives them any more. */
  static void keepAbandoned(Transaction tx, UserId creator) {
    tx.update(KEEP_ABANDONED + " AND creator_id = ?", creator);
  }

  /** Like the other, for all creators. */
  static void keepAbandoned(Transaction tx) {
    tx.update(KEEP_ABANDONED);
  }

  /** Deletes the rows of a user. */
  static void deleteAll(Transaction tx, UserId user) {
    tx.update("DELETE FROM source_supporter WHERE user_id = ?", user);
  }
}
