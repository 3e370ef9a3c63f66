package io.bookbell.server.membership;

import static java.util.stream.Collectors.toMap;

import io.bookbell.hub.UserId;
import io.bookbell.server.membership.EntitlementRules.MappedTier;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Stores the sources' tiers and the tiers they stand for. Thread-safe and stateless. */
final class SourceTierStore {
  private static final String SELECT =
      """
      SELECT external_id, name, tier_rank, tier_id, deleted FROM source_tier
      WHERE creator_id = ? AND source = ?\
      """;

  private static final String STORE =
      """
      INSERT INTO source_tier (creator_id, source, external_id, name, tier_rank, deleted)
      VALUES (?, ?, ?, ?, ?, FALSE)
      ON CONFLICT (creator_id, source, external_id)
      DO UPDATE SET name = excluded.name, tier_rank = excluded.tier_rank, deleted = FALSE""";

  /**
   * A tier of a source.
   *
   * @param tierId the tier it stands for; null for none
   * @param deleted whether the source doesn't list it any more
   */
  record SourceTier(
      String externalId, String name, long rank, @Nullable Long tierId, boolean deleted) {
    static SourceTier of(SqlRow row) throws SQLException {
      return new SourceTier(
          row.getString("external_id"),
          row.getString("name"),
          row.getLong("tier_rank"),
          row.findLong("tier_id"),
          row.getBoolean("deleted"));
    }

    SourceTier standingFor(@Nullable Long tier) {
      return new SourceTier(externalId, name, rank, tier, deleted);
    }
  }

  /** Returns a source's tiers, the highest first. */
  List<SourceTier> list(Transaction tx, UserId creator, String source) {
    return tx.query(SELECT, creator, source).list(SourceTier::of).stream()
        .sorted(
            Comparator.comparingLong(SourceTier::rank)
                .reversed()
                .thenComparing(SourceTier::externalId))
        .toList();
  }

  Map<String, MappedTier> findMapping(Transaction tx, UserId creator, String source) {
    return tx
        .query(SELECT + " AND tier_id IS NOT NULL", creator, source)
        .list(
            row ->
                new MappedTier(
                    row.getString("external_id"), row.getLong("tier_rank"), row.getLong("tier_id")))
        .stream()
        .collect(toMap(MappedTier::externalId, Function.identity()));
  }

  /** Stores tiers, and what they're called now. */
  void store(Transaction tx, UserId creator, String source, Collection<ExternalTier> tiers) {
    tiers.forEach(tier -> tx.enqueue(STORE, creator, source, tier.id(), tier.name(), tier.rank()));
  }

  /**
   * Stores all tiers that the source lists. One that it doesn't list any more keeps what it stands
   * for, because members may still be entitled to it.
   */
  void replaceListed(Transaction tx, UserId creator, String source, List<ExternalTier> tiers) {
    tx.update(
        "UPDATE source_tier SET deleted = TRUE WHERE creator_id = ? AND source = ?",
        creator,
        source);
    store(tx, creator, source, tiers);
  }

  /** Sets what a tier stands for; false if the source has no such tier. */
  boolean mapTier(
      Transaction tx, UserId creator, String source, String externalId, @Nullable Long tierId) {
    return tx.update(
            """
            UPDATE source_tier SET tier_id = ?
            WHERE creator_id = ? AND source = ? AND external_id = ?""",
            tierId,
            creator,
            source,
            externalId)
        == 1;
  }

  void deleteAll(Transaction tx, UserId creator, String source) {
    tx.update("DELETE FROM source_tier WHERE creator_id = ? AND source = ?", creator, source);
  }
}
