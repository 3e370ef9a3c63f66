package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the accounts here that belong to members: first the one whose owner has connected their own
 * account at the source, which proves it, then the one with the same e-mail address. Thread-safe
 * and stateless.
 */
final class MemberMatcher {
  /** The accounts that may belong to some members, by the source's id and by address. */
  record Accounts(Map<String, UserId> byId, Map<String, UserId> byEmail) {
    /**
     * @param before the account that the member was recognised as until now
     */
    Optional<UserId> findUser(ExternalMember member, Optional<UserId> before) {
      return Optional.ofNullable(byId.get(member.id()))
          .or(() -> before)
          .or(() -> member.email().map(byEmail::get));
    }
  }

  Accounts findAccounts(Transaction tx, String source, Collection<ExternalMember> members) {
    List<String> ids = members.stream().map(ExternalMember::id).toList();
    List<String> emails = members.stream().flatMap(member -> member.email().stream()).toList();
    var byId =
        tx.query(
                """
                SELECT external_id, user_id FROM source_account
                WHERE source = ? AND external_id IN (?)""",
                source,
                ids)
            .map(row -> row.getString("external_id"), row -> row.getUser("user_id"));
    Map<String, UserId> byEmail =
        emails.isEmpty()
            ? Map.of()
            : tx.query("SELECT id, email FROM app_user WHERE email IN (?)", emails)
                .map(row -> row.getString("email"), row -> row.getUser("id"));
    return new Accounts(byId, byEmail);
  }

  /** Connects a user's own account at a source; the one connected before is disconnected. */
  void linkAccount(Transaction tx, UserId user, String source, String externalId) {
    unlinkAccount(tx, user, source);
    tx.update(
        "DELETE FROM source_account WHERE source = ? AND external_id = ?", source, externalId);
    tx.update(
        """
        INSERT INTO source_account (source, external_id, user_id, linked_at)
        VALUES (?, ?, ?, ?)""",
        source,
        externalId,
        user,
        tx.now());
  }

  Optional<UserId> findLinked(Transaction tx, String source, String externalId) {
    return tx.query(
            "SELECT user_id FROM source_account WHERE source = ? AND external_id = ?",
            source,
            externalId)
        .first(row -> row.getUser("user_id"));
  }

  Optional<Instant> findLinkTime(Transaction tx, String source, UserId user) {
    return tx.query(
            "SELECT linked_at FROM source_account WHERE user_id = ? AND source = ?", user, source)
        .first(row -> row.getTime("linked_at"));
  }

  void unlinkAccount(Transaction tx, UserId user, String source) {
    tx.update("DELETE FROM source_account WHERE user_id = ? AND source = ?", user, source);
  }

  void unlinkAccounts(Transaction tx, UserId user) {
    tx.update("DELETE FROM source_account WHERE user_id = ?", user);
  }
}
