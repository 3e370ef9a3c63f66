package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.quota.SupporterService.MembershipState;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlFragment;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.text.CaseFolding;
import io.bookbell.server.text.SearchWords;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads who is and who was a supporter. Stateless and thread-safe. */
final class SupporterQueries {
  private SupporterQueries() {}

  /** A person's account, as far as admins see it. */
  record SupporterPerson(UserId id, String displayName, String email) {
    static SupporterPerson of(SqlRow row) throws SQLException {
      return new SupporterPerson(
          row.getUser("id"), row.getString("display_name"), row.getString("email"));
    }
  }

  static SupporterPerson findPerson(Transaction tx, UserId user) {
    return findPersonLater(tx, user).get();
  }

  /** Queues {@link #findPerson}. */
  static Supplier<SupporterPerson> findPersonLater(Transaction tx, UserId user) {
    var rows =
        tx.query("SELECT id, display_name, email FROM app_user WHERE id = ?", user)
            .later(SupporterPerson::of);
    return () -> rows.get().getFirst();
  }

  /** A supporter's account and membership. */
  record CurrentSupporter(SupporterPerson person, MembershipRow membership) {}

  /** Reads one more than a page of supporters, optionally those who match a text. */
  static PendingResult<List<CurrentSupporter>> findCurrentLater(
      Transaction tx, UserId creatorId, Optional<String> text, PageRequest page) {
    SqlFragment which =
        SqlFragment.of(
                "m.creator_id = ? AND m.user_id > ? AND m.ended_at IS NULL",
                creatorId,
                page.cursor().orElse(0L))
            .and(text.map(SupporterQueries::matchesText).orElse(SqlFragment.TRUE));
    return tx.query(
            SqlFragment.of(
                    "SELECT u.id AS id, u.display_name AS display_name, u.email AS email, "
                        + MembershipStore.COLUMNS
                        + " FROM membership m JOIN app_user u ON u.id = m.user_id"
                        + MembershipStore.WITH_TIER
                        + "WHERE")
                .append(which)
                .append("ORDER BY m.user_id LIMIT ?", page.limit() + 1))
        .later(row -> new CurrentSupporter(SupporterPerson.of(row), MembershipRow.of(row)));
  }

  private static SqlFragment matchesText(String text) {
    List<String> wanted = SearchWords.queryWords(text);
    SqlFragment named =
        wanted.stream()
            .map(word -> SqlFragment.contains("coalesce(u.name_key, lower(u.display_name))", word))
            .reduce(SqlFragment.TRUE, SqlFragment::and);
    SqlFragment addressed = SqlFragment.contains("u.email", CaseFolding.foldCase(text));
    return wanted.isEmpty() ? addressed : SqlFragment.anyOf(List.of(named, addressed));
  }

  /** Reads one more than a page of former supporters who still have an account. */
  static PendingResult<List<FormerSupporter>> findFormerLater(
      Transaction tx, UserId creatorId, PageRequest page) {
    return tx.query(
            """
                SELECT u.id AS id, u.display_name AS display_name, u.email AS email,
                  coalesce(t.moved_to, t.id) AS tier_id,
                  m.blocked_at IS NOT NULL AS blocked, m.ended_at AS ended_at
                FROM membership m
                JOIN app_user u ON u.id = m.user_id
                JOIN tier t ON t.id = m.tier_id
                WHERE m.creator_id = ? AND m.user_id > ? AND m.ended_at IS NOT NULL
                AND u.removed_at IS NULL
                ORDER BY m.user_id LIMIT ?""",
            creatorId,
            page.cursor().orElse(0L),
            page.limit() + 1)
        .later(
            row ->
                new FormerSupporter(
                    row.getUser("id"),
                    row.getString("display_name"),
                    row.getString("email"),
                    row.getLong("tier_id"),
                    row.getBoolean("blocked"),
                    row.getTime("ended_at")));
  }

  /** Returns the membership of the account with an address; empty unless there has been one. */
  static Optional<MembershipState> findState(Transaction tx, UserId creatorId, String email) {
    return tx.query(
            """
            SELECT m.user_id AS user_id, coalesce(t.moved_to, t.id) AS tier_id,
              m.ended_at IS NOT NULL AS ended, m.blocked_at IS NOT NULL AS blocked
            FROM app_user u
            JOIN membership m ON m.creator_id = ? AND m.user_id = u.id
            JOIN tier t ON t.id = m.tier_id
            WHERE u.email = ?""",
            creatorId,
            email)
        .first(
            row ->
                new MembershipState(
                    row.getUser("user_id"),
                    row.getLong("tier_id"),
                    row.getBoolean("ended"),
                    row.getBoolean("blocked")));
  }
}
