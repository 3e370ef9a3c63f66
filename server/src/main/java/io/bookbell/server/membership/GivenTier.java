package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tier that a creator's sources gave to a supporter last.
 *
 * @param prior the tier the supporter had before the sources gave one; null if none
 */
record GivenTier(long tier, @Nullable Long prior) {

  static Optional<GivenTier> find(Transaction tx, UserId creator, UserId user) {
    return tx.query(
            "SELECT tier_id, prior_id FROM source_supporter WHERE creator_id = ? AND user_id = ?",
            creator,
            user)
        .first(row -> new GivenTier(row.getLong("tier_id"), row.findLong("prior_id")));
  }

  void store(Transaction tx, UserId creator, UserId user) {
    tx.update(
        """
        INSERT INTO source_supporter (creator_id, user_id, tier_id, prior_id) VALUES (?, ?, ?, ?)
        ON CONFLICT (creator_id, user_id)
        DO UPDATE SET tier_id = excluded.tier_id, prior_id = excluded.prior_id""",
        creator,
        user,
        tier,
        prior);
  }

  static void delete(Transaction tx, UserId creator, UserId user) {
    tx.update("DELETE FROM source_supporter WHERE creator_id = ? AND user_id = ?", creator, user);
  }

  /** Deletes the rows of a user. */
  static void deleteAll(Transaction tx, UserId user) {
    tx.update("DELETE FROM source_supporter WHERE user_id = ?", user);
  }
}
