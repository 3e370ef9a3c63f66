package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A level of support with an allowance.
 *
 * @param requestsAllowed requests per period; null for any number
 * @param days of a rolling period; otherwise null
 * @param mostOpen how many requests may be pending at once; null for any number
 * @param autoApprove whether new requests are approved at once
 */
public record Tier(
    long id,
    UserId creatorId,
    String name,
    @Nullable Integer requestsAllowed,
    Period period,
    @Nullable Integer days,
    @Nullable Integer mostOpen,
    boolean autoApprove) {

  /** The columns of a tier with the alias {@code t}. */
  static final String COLUMNS =
      """
      t.id AS tier_id, t.creator_id AS creator_id, t.name AS name,
        t.requests_allowed AS requests_allowed, t.period AS period, t.days AS days,
        t.most_open AS most_open, t.auto_approve AS auto_approve""";

  static Tier of(SqlRow row) throws SQLException {
    return new Tier(
        row.getLong("tier_id"),
        row.getUser("creator_id"),
        row.getString("name"),
        row.findInt("requests_allowed"),
        Period.of(row.getString("period")),
        row.findInt("days"),
        row.findInt("most_open"),
        row.getBoolean("auto_approve"));
  }
}
