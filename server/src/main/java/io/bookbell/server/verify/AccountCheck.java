package io.bookbell.server.verify;

import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.EmailAddress;
import io.bookbell.server.verify.InvariantVerifier.InvariantViolation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Invariants 9 and 10: no two accounts have e-mail addresses that are equal once normalised, and
 * removed accounts take part in nothing.
 */
final class AccountCheck {
  private static final int MAX_BREACHES = 20;

  private static final String ACTIVE_REMOVED_ACCOUNTS =
      """
      SELECT id, memberships, teams, sessions, programs, ways, pending
      FROM (
        SELECT u.id,
          (SELECT count(*) FROM membership m
            WHERE m.user_id = u.id AND m.ended_at IS NULL) AS memberships,
          (SELECT count(*) FROM team_member t WHERE t.user_id = u.id) AS teams,
          (SELECT count(*) FROM session s WHERE s.user_id = u.id) AS sessions,
          (SELECT count(*) FROM api_key k WHERE k.user_id = u.id) AS programs,
          (SELECT count(*) FROM oidc_identity i WHERE i.user_id = u.id)
            + (SELECT count(*) FROM passkey p WHERE p.user_id = u.id) AS ways,
          (SELECT count(*) FROM book_request r
            WHERE r.user_id = u.id AND r.status = 'pending') AS pending
        FROM app_user u
        WHERE u.removed_at IS NOT NULL) AS removed
      WHERE memberships > 0 OR teams > 0 OR sessions > 0 OR programs > 0 OR ways > 0
        OR pending > 0
      LIMIT ?""";

  private AccountCheck() {}

  static List<InvariantViolation> addressesDiffer(Transaction tx) {
    var owners = new HashMap<String, Long>();
    var breaches = new ArrayList<InvariantViolation>();
    tx.query("SELECT id, email FROM app_user ORDER BY id")
        .forEach(
            row -> {
              long id = row.getLong("id");
              String email = row.getString("email");
              String address = EmailAddress.of(email).orElse(email);
              Long other = owners.putIfAbsent(address, id);
              if (other != null) {
                breaches.add(
                    new InvariantViolation(
                        9, "users %s and %s both have %s".formatted(other, id, address)));
              }
            });
    return breaches;
  }

  static List<InvariantViolation> removedAccountsAreIdle(Transaction tx) {
    return tx.query(ACTIVE_REMOVED_ACCOUNTS, MAX_BREACHES)
        .list(
            row ->
                new InvariantViolation(
                    10,
                    "removed user %s has %s memberships, %s teams, %s sessions, %s keys, %s passkeys and identities, %s open requests"
                        .formatted(
                            row.getUser("id"),
                            row.getInt("memberships"),
                            row.getInt("teams"),
                            row.getInt("sessions"),
                            row.getInt("programs"),
                            row.getInt("ways"),
                            row.getInt("pending"))));
  }
}
