package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlFragment;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.text.SearchWords;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lists accounts and sessions for the operator. Thread-safe and stateless. */
public final class AccountDirectory {
  private static final String SELECT =
      """
      SELECT u.id, u.email, u.display_name, u.password_hash, u.operator, u.created_at,
        u.disabled_at,
        (SELECT count(*) FROM session s WHERE s.user_id = u.id AND s.expires_at > ?) AS sessions,
        (SELECT max(s.last_used_at) FROM session s WHERE s.user_id = u.id) AS last_used_at
      FROM app_user u
      WHERE u.removed_at IS NULL AND""";

  /**
   * An account as the operator sees it.
   *
   * @param lastUsedAt when one of its sessions was used last; null if it has none
   */
  public record DirectoryEntry(
      UserId id,
      String email,
      String displayName,
      boolean hasPassword,
      boolean operator,
      Instant createdAt,
      @Nullable Instant disabledAt,
      int sessions,
      @Nullable Instant lastUsedAt) {}

  /**
   * A session as the operator sees it.
   *
   * @param hash of its token
   */
  public record DirectorySession(
      UserId user,
      long id,
      String hash,
      @Nullable String client,
      @Nullable String address,
      Instant createdAt,
      Instant lastUsedAt) {}

  /**
   * Returns a page of accounts, the newest first.
   *
   * @param sought a part of the name or the address; empty for all accounts
   */
  public ListPage<DirectoryEntry> list(Transaction tx, Optional<String> sought, PageRequest page) {
    SqlFragment which =
        SqlFragment.of("u.id < ?", page.cursor().orElse(Long.MAX_VALUE))
            .and(sought.map(AccountDirectory::matchesText).orElse(SqlFragment.TRUE));
    List<DirectoryEntry> rows =
        tx.query(
                SqlFragment.of(SELECT, tx.now())
                    .append(which)
                    .append("ORDER BY u.id DESC LIMIT ?", page.limit() + 1))
            .list(AccountDirectory::toEntry);
    return ListPage.of(rows, page.limit(), entry -> entry.id().value());
  }

  private static SqlFragment matchesText(String sought) {
    return SqlFragment.anyOf(
        List.of(
            SqlFragment.contains("u.email", sought.toLowerCase(Locale.ROOT)),
            SqlFragment.contains("u.name_key", SearchWords.searchKey(sought))));
  }

  /**
   * Returns an account.
   *
   * @throws Problem 404 if there is none, or it was removed
   */
  public DirectoryEntry get(Transaction tx, UserId user) {
    return tx.query(SELECT + " u.id = ?", tx.now(), user)
        .first(AccountDirectory::toEntry)
        .orElseThrow(Problem::notFound);
  }

  /** Returns several accounts, in the order of their ids. */
  public List<DirectoryEntry> findAll(Transaction tx, Collection<UserId> users) {
    return tx.query(SELECT + " u.id IN (?) ORDER BY u.id", tx.now(), users)
        .list(AccountDirectory::toEntry);
  }

  private static DirectoryEntry toEntry(SqlRow row) throws SQLException {
    return new DirectoryEntry(
        row.getUser("id"),
        row.getString("email"),
        row.getString("display_name"),
        !row.getString("password_hash").isEmpty(),
        row.getBoolean("operator"),
        row.getTime("created_at"),
        row.findTime("disabled_at"),
        row.getInt("sessions"),
        row.findTime("last_used_at"));
  }

  /** Returns the valid sessions of these users, each user's in the order of their use. */
  public List<DirectorySession> findSessions(Transaction tx, Collection<UserId> users) {
    return tx.query(
            """
            SELECT user_id, id, token_hash, client, address, created_at, last_used_at
            FROM session
            WHERE user_id IN (?) AND expires_at > ?""",
            users,
            tx.now())
        .list(
            row ->
                new DirectorySession(
                    row.getUser("user_id"),
                    row.getLong("id"),
                    row.getString("token_hash"),
                    row.findString("client"),
                    row.findString("address"),
                    row.getTime("created_at"),
                    row.getTime("last_used_at")));
  }
}
