package io.bookbell.server.account;

import io.bookbell.server.account.PasswordHasher.PasswordVerdict;
import io.bookbell.server.account.SignInService.SignInClient;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/**
 * Checks the password of somebody who is signed in, before a command that a stolen session must not
 * be enough for. Thread-safe.
 *
 * <p>Wrong passwords are counted for each session, so the thief of a session can neither guess for
 * long nor keep the owner from changing the password.
 */
public final class PasswordConfirmation {
  /** For how long a sign-in confirms that the owner is there. */
  static final Duration RECENT = Duration.ofMinutes(10);

  private final Database database;
  private final AccountStore accountStore;
  private final SessionStore sessionStore;
  private final PasswordHasher passwordHasher;
  private final SignInLimiter limit;

  public PasswordConfirmation(
      Database database,
      AccountStore accountStore,
      SessionStore sessionStore,
      PasswordHasher passwordHasher,
      SignInLimiter limit) {
    this.database = database;
    this.accountStore = accountStore;
    this.sessionStore = sessionStore;
    this.passwordHasher = passwordHasher;
    this.limit = limit;
  }

  /**
   * A password as it was typed.
   *
   * @param field the field of the request that has it
   * @param password empty if the account has none
   * @param ended completes when nobody waits any more for what it confirms
   */
  public record TypedPassword(
      String field, String password, String network, CompletableFuture<?> ended) {
    public static TypedPassword of(String field, JsonBody jsonBody, ApiRequest apiRequest) {
      return new TypedPassword(
          field,
          jsonBody.optionalVerbatim(field, 1, PasswordPolicy.MAX_LENGTH).orElse(""),
          apiRequest.clientAddress().networkKey(),
          apiRequest.whenEnded());
    }

    /** For a hash that is needed no longer than this password. */
    PasswordHasher.HashRequest toHashRequest(SignInClient client) {
      return new PasswordHasher.HashRequest(client.clientKey(), ended);
    }

    /** Without the password. */
    @Override
    public String toString() {
      return "TypedPassword[" + network + "]";
    }
  }

  /**
   * An account as it was when a password was compared with its own.
   *
   * @param confirmed whether the password was right
   * @param missing the field in which it wasn't sent, though the account has one
   */
  public record CheckedAccount(
      Caller caller,
      Account account,
      SignInClient client,
      boolean confirmed,
      Optional<String> missing) {
    Problem wrongPassword() {
      if (missing.isPresent()) {
        return Problem.validationFailed(missing.get(), "is required");
      }
      if (!account.hasPassword()) {
        return Problem.of(
            403,
            "sign_in_again",
            "Not allowed",
            "Sign out and in again, and do this within ten minutes.");
      }
      return Problem.of(403, "wrong_password", "Not allowed", "The password is wrong.");
    }
  }

  /**
   * Compares a password. Fails with a {@link Problem} 429 after too many wrong ones. That of a
   * client that is gone before its turn isn't compared.
   */
  CompletableFuture<CheckedAccount> checkPassword(Caller caller, TypedPassword typed) {
    if (typed.ended.isDone()) {
      return CompletableFuture.failedFuture(new CancellationException("the client is gone"));
    }
    var client = new SignInClient(typed.network, Optional.of("session " + caller.session()));
    return database
        .writeFromReserve(tx -> countAttempt(tx, caller, client))
        .thenCompose(
            attempt -> {
              attempt.refusal.ifPresent(
                  refusal -> {
                    throw refusal;
                  });
              if (!attempt.account.hasPassword()) {
                return recordSuccess(
                    new CheckedAccount(
                        caller, attempt.account, client, attempt.isRecent, Optional.empty()));
              }
              if (typed.password.isEmpty()) {
                return CompletableFuture.completedFuture(
                    new CheckedAccount(
                        caller, attempt.account, client, false, Optional.of(typed.field)));
              }
              return passwordHasher
                  .verifyPassword(
                      typed.toHashRequest(client),
                      typed.password,
                      Optional.of(attempt.account.passwordHash()))
                  .thenApply(PasswordVerdict::isCorrect)
                  .thenApply(
                      confirmed ->
                          new CheckedAccount(
                              caller, attempt.account, client, confirmed, Optional.empty()))
                  .thenCompose(
                      checked ->
                          checked.confirmed
                              ? recordSuccess(checked)
                              : CompletableFuture.completedFuture(checked));
            });
  }

  /**
   * Takes a right password off the count of wrong ones, whatever becomes of the command it came
   * with.
   */
  CompletableFuture<CheckedAccount> recordSuccess(CheckedAccount checked) {
    return database.writeFromReserve(
        tx -> {
          limit.recordSuccess(tx, checked.account.email(), checked.client);
          return checked;
        });
  }

  /**
   * Like {@link #checkPassword}. Fails with a {@link Problem}: 403 if the password is wrong, 400 if
   * it wasn't sent.
   */
  CompletableFuture<CheckedAccount> requirePassword(Caller caller, TypedPassword typed) {
    return checkPassword(caller, typed)
        .thenApply(
            checked -> {
              if (!checked.confirmed) {
                throw checked.wrongPassword();
              }
              return checked;
            });
  }

  /**
   * Makes sure that the owner of the account is there before it gets another way in: somebody who
   * has signed in a short while ago, or types the password. Fails with a {@link Problem} 403 if it
   * may be anybody who has found an open page.
   */
  public CompletableFuture<Boolean> requireOwner(Caller caller, TypedPassword typed) {
    caller.requireOwnSession();
    return database
        .read(tx -> mustCheckPassword(tx, caller, typed))
        .thenCompose(
            mustCheck ->
                mustCheck
                    ? requirePassword(caller, typed).thenApply(CheckedAccount::confirmed)
                    : CompletableFuture.completedFuture(true));
  }

  /**
   * Returns false if the caller has signed in a short while ago, so that no password is needed.
   *
   * @throws Problem 403 if one is needed and wasn't sent
   */
  private boolean mustCheckPassword(Transaction tx, Caller caller, TypedPassword typed) {
    if (isRecent(tx, caller)) {
      return false;
    }
    if (typed.password.isEmpty() && accountStore.get(tx, caller.user()).hasPassword()) {
      throw Problem.of(
          403,
          "password_needed",
          "Not allowed",
          "Send your password, or sign out and in again and do this within ten minutes.");
    }
    return true;
  }

  private boolean isRecent(Transaction tx, Caller caller) {
    Instant recent = tx.now().minus(RECENT);
    return sessionStore
        .findBeginning(tx, caller.session())
        .filter(beginning -> beginning.isAfter(recent))
        .isPresent();
  }

  private Attempt countAttempt(Transaction tx, Caller caller, SignInClient client) {
    Account account = accountStore.get(tx, caller.user());
    return new Attempt(
        account, limit.countAttempt(tx, account.email(), client), isRecent(tx, caller));
  }

  /**
   * A counted attempt.
   *
   * @param isRecent whether the session was opened a short while ago
   */
  private record Attempt(Account account, Optional<Problem> refusal, boolean isRecent) {}

  /**
   * Locks the account of a confirmed password for the rest of the transaction.
   *
   * @throws Problem 401 if the session has ended, 403 if the password was changed meanwhile
   */
  void lockConfirmed(Transaction tx, CheckedAccount checked) {
    Account now = sessionStore.lockCaller(tx, checked.caller);
    if (!now.passwordHash().equals(checked.account.passwordHash())) {
      throw checked.wrongPassword();
    }
  }
}
