package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row of a membership, whose usage belongs to the period named in it.
 *
 * @param row with the usage of the stored period
 */
record MembershipRow(
    RowContent row, String periodKey, long storedTier, @Nullable Instant turnsAt, boolean ended) {
  static MembershipRow of(SqlRow row) throws SQLException {
    Tier tier = Tier.of(row);
    return new MembershipRow(
        new RowContent(
            tier.creatorId(),
            row.getUser("user_id"),
            tier,
            ZoneId.of(row.getString("time_zone")),
            row.findInt("own_allowed"),
            row.getInt("used"),
            row.getInt("granted")),
        row.getString("period_key"),
        row.getLong("stored_tier"),
        row.findTime("turns_at"),
        row.getBoolean("ended"));
  }

  Membership toCurrentMembership(Transaction tx) {
    return calculate(tx).membership();
  }

  PeriodTransition.TransitionResult calculate(Transaction tx) {
    Membership membership = row.at(tx.now(), turnsAt);
    Instant end = membership.schedule().endAfter(tx.now());
    boolean rolling = membership.tier().period() == Period.ROLLING;
    boolean turned = rolling && turnsAt != null && !turnsAt.isAfter(tx.now());
    if (turned || !membership.periodKey().equals(periodKey)) {
      return PeriodTransition.calculate(tx, membership, periodKey);
    }
    return new PeriodTransition.TransitionResult(
        rolling ? membership : membership.withUsage(row.used, row.granted, end), List.of());
  }

  boolean differsFrom(Membership membership) {
    return storedTier != membership.tier().id() || !Objects.equals(turnsAt, membership.turnsAt());
  }

  /** Whether the supporter's tier was deleted since the row was written. */
  boolean isMoved(Membership membership) {
    return storedTier != membership.tier().id() && !ended;
  }

  /** The columns that don't depend on the period. */
  record RowContent(
      UserId creator,
      UserId user,
      Tier tier,
      ZoneId zone,
      @Nullable Integer ownAllowed,
      int used,
      int granted) {
    Membership at(Instant now, @Nullable Instant turnsAt) {
      return new Membership(creator, user, tier, zone, ownAllowed, now, used, granted, turnsAt);
    }
  }
}
