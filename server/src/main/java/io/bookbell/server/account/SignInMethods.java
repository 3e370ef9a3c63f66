package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import java.util.List;

/** Knows in which ways an account can be signed in to. Thread-safe and stateless. */
public final class SignInMethods {
  private final AccountStore accountStore;
  private final PasswordSignInSetting passwordSignInSetting;
  private final List<SignInMethodCounter> others;

  /**
   * Creates the service.
   *
   * @param others the ways beside the password
   */
  public SignInMethods(
      AccountStore accountStore,
      PasswordSignInSetting passwordSignInSetting,
      List<SignInMethodCounter> others) {
    this.accountStore = accountStore;
    this.passwordSignInSetting = passwordSignInSetting;
    this.others = List.copyOf(others);
  }

  /** Counts what an account has of one kind, such as its passkeys. */
  @FunctionalInterface
  public interface SignInMethodCounter {
    int count(Transaction tx, UserId user);
  }

  /** Locks an account from which something is about to be taken. */
  public void lockAccount(Transaction tx, UserId user) {
    accountStore.lockAccount(tx, user);
  }

  /** Whether there is another way than the password. */
  public boolean hasOther(Transaction tx, UserId user) {
    return others.stream().anyMatch(each -> each.count(tx, user) > 0);
  }

  /** Whether any operator has another way than the password. */
  public boolean hasOtherForOperator(Transaction tx) {
    return tx
        .query("SELECT id FROM app_user WHERE operator = TRUE AND disabled_at IS NULL")
        .list(row -> row.getUser("id"))
        .stream()
        .anyMatch(operator -> hasOther(tx, operator));
  }

  /**
   * Makes sure that an account can still be signed in to, after something was taken from it.
   *
   * @throws Problem 409 if no way is left
   */
  public void requireSome(Transaction tx, UserId user) {
    boolean byPassword = accountStore.get(tx, user).hasPassword() && passwordSignInSetting.isOn(tx);
    if (!byPassword && !hasOther(tx, user)) {
      throw Problem.conflict(
          "last_way_in", "This is the only way to sign in to the account. Add another one first.");
    }
  }
}
