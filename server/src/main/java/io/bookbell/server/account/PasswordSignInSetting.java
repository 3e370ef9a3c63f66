package io.bookbell.server.account;

import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;

/**
 * Whether people may sign in with passwords. The operator can turn that off. It is read from the
 * database each time, so it takes effect on all nodes at once. Thread-safe and stateless.
 */
public final class PasswordSignInSetting {
  public boolean isOn(Transaction tx) {
    return !tx.query("SELECT passwords_off FROM installation")
        .single(row -> row.getBoolean("passwords_off"));
  }

  public void turn(Transaction tx, boolean on) {
    tx.update("UPDATE installation SET passwords_off = ?", !on);
  }

  /**
   * Refuses what needs a password.
   *
   * @throws Problem 403 if passwords are turned off
   */
  public void requireOn(Transaction tx) {
    if (!isOn(tx)) {
      throw Problem.of(
          403,
          "passwords_off",
          "Not allowed",
          "Passwords are turned off on this Bookbell. Sign in another way.");
    }
  }
}
