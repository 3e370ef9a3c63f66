package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;

/** What accounts know of people whom somebody else has signed in. Stateless. */
public final class ExternalSignIns {
  private ExternalSignIns() {}

  /**
   * An account that hasn't been removed.
   *
   * @param operator whether the user runs this installation
   * @param disabled whether it must not be used
   */
  public record ExternalAccount(UserId user, boolean operator, boolean disabled) {}

  /**
   * The value in place of a session's hash, the same for all external sign-ins of a user, so that
   * all their sockets can be closed together.
   */
  public static String sessionOf(UserId user) {
    return SecretTokens.hashToken("external " + user);
  }

  /** Finds an account that hasn't been removed. */
  public static Optional<ExternalAccount> findAccount(Transaction tx, UserId user) {
    return tx.query(
            "SELECT id, operator, disabled_at FROM app_user WHERE id = ? AND removed_at IS NULL",
            user)
        .first(
            row ->
                new ExternalAccount(
                    row.getUser("id"),
                    row.getBoolean("operator"),
                    row.findTime("disabled_at") != null));
  }
}
