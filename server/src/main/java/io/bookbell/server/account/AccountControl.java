package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.ResetLinkStore.ResetLink;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import java.util.function.BiConsumer;

/**
 * What an operator does with accounts, on the page and on the command line. Works in the caller's
 * transaction; thread-safe and stateless.
 */
public final class AccountControl {
  private final AccountStore accountStore;
  private final SessionStore sessionStore;
  private final SessionEnding sessionEnding;
  private final ResetLinkStore resetLinkStore;
  private final BiConsumer<Transaction, UserId> keysEnder;
  private final BiConsumer<Transaction, UserId> invitationsEnder;

  /**
   * Creates the service.
   *
   * @param keysEnder ends all keys of a user
   * @param invitationsEnder locks the creators for whom a user may invite, and ends the user's
   *     invitations
   */
  public AccountControl(
      AccountStore accountStore,
      SessionStore sessionStore,
      SessionEnding sessionEnding,
      ResetLinkStore resetLinkStore,
      BiConsumer<Transaction, UserId> keysEnder,
      BiConsumer<Transaction, UserId> invitationsEnder) {
    this.accountStore = accountStore;
    this.sessionStore = sessionStore;
    this.sessionEnding = sessionEnding;
    this.resetLinkStore = resetLinkStore;
    this.keysEnder = keysEnder;
    this.invitationsEnder = invitationsEnder;
  }

  /**
   * Refuses everybody else than operators. Reads the database, because nodes remember callers for a
   * while: an operator who was disabled must not be able to undo that.
   *
   * @throws Problem 404
   */
  public void requireOperator(Transaction tx, Caller caller) {
    if (!tx.query(
            "SELECT 1 FROM app_user WHERE id = ? AND operator AND disabled_at IS NULL LIMIT 1",
            caller.user())
        .exists()) {
      throw Problem.notFound();
    }
  }

  /**
   * Disables an account: its sessions, external sign-ins, keys, links and the invitations that it
   * has made end, and it can't be signed in to. Passkeys and providers stay for the day on which it
   * is enabled again.
   *
   * @throws Problem 404 if there is no such account
   */
  public void disable(Transaction tx, UserId user) {
    requirePresent(tx, user);
    invitationsEnder.accept(tx, user);
    lockPresent(tx, user);
    tx.update(
        "UPDATE app_user SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL", tx.now(), user);
    sessionEnding.endAllExcept(tx, user, "");
    sessionStore.announceExternalEnd(tx, user);
    keysEnder.accept(tx, user);
    invitationsEnder.accept(tx, user); // those of teams joined before the account was locked
  }

  /**
   * Lets a disabled account be used again.
   *
   * @throws Problem 404 if there is no such account
   */
  public void enable(Transaction tx, UserId user) {
    lockPresent(tx, user);
    tx.update("UPDATE app_user SET disabled_at = NULL WHERE id = ?", user);
  }

  /**
   * Makes an account an operator's, or an ordinary one again.
   *
   * @throws Problem 404 if there is no such account
   */
  public void setOperator(Transaction tx, UserId user, boolean operator) {
    lockPresent(tx, user);
    tx.update("UPDATE app_user SET operator = ? WHERE id = ?", operator, user);
  }

  /**
   * Refuses an operator's account. Whoever finds an operator's page open must not get a way in that
   * lasts longer than the session.
   *
   * @throws Problem 409
   */
  public void requireOrdinary(Transaction tx, UserId user) {
    if (tx.query("SELECT 1 FROM app_user WHERE id = ? AND operator LIMIT 1", user).exists()) {
      throw Problem.conflict(
          "operator_account",
          "This account is an operator's. Run ./bookbell user reset on the server.");
    }
  }

  /**
   * Creates a one-time link with which a user chooses a new password.
   *
   * @throws Problem 404 if there is no such account, 409 if it is disabled
   */
  public ResetLink createResetLink(Transaction tx, UserId user) {
    lockPresent(tx, user);
    if (accountStore.isDisabled(tx, user)) {
      throw Problem.conflict(
          "account_disabled", "This account is disabled. Enable it before you make a link.");
    }
    return resetLinkStore.createLink(tx, user, ResetLinkStore.OPERATOR_LIFETIME);
  }

  /**
   * Ends a session.
   *
   * @throws Problem 404 if the user has no such session
   */
  public void endSession(Transaction tx, UserId user, long id) {
    sessionStore.endSession(tx, user, sessionStore.requireHash(tx, user, id));
  }

  /** Ends all sessions of a user. */
  public void endSessions(Transaction tx, UserId user) {
    lockPresent(tx, user);
    sessionStore.endAllExcept(tx, user, "");
  }

  private void lockPresent(Transaction tx, UserId user) {
    requirePresent(tx, user);
    accountStore.lockAccount(tx, user);
  }

  private static void requirePresent(Transaction tx, UserId user) {
    if (!tx.query("SELECT 1 FROM app_user WHERE id = ? AND removed_at IS NULL LIMIT 1", user)
        .exists()) {
      throw Problem.notFound();
    }
  }
}
