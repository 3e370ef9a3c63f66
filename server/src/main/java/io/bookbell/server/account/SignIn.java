package io.bookbell.server.account;

import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Problem;
import io.bookbell.server.web.RateLimiter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Opens sessions for those who know their password. Thread-safe. */
public final class SignIn {
  private final Database database;
  private final Accounts accounts;
  private final Sessions sessions;
  private final Passwords passwords;
  private final RateLimiter<String> failures;

  /** The last attempt under way at each address. */
  private final ConcurrentHashMap<String, CompletableFuture<Opened>> turns =
      new ConcurrentHashMap<>();

  /**
   * Creates the service.
   *
   * @param failures how often in a minute the password of one account may be wrong
   */
  public SignIn(
      Database database,
      Accounts accounts,
      Sessions sessions,
      Passwords passwords,
      RateLimiter<String> failures) {
    this.database = database;
    this.accounts = accounts;
    this.sessions = sessions;
    this.passwords = passwords;
    this.failures = failures;
  }

  /** A session that has begun; the token is its only key. */
  public record Opened(Account account, String token) {
    @Override
    public String toString() {
      return "Opened[" + account.id() + "]";
    }
  }

  /**
   * Signs in. Fails with a {@link Problem}: 401 for a wrong address or password, 429 after too many
   * of these.
   *
   * <p>Attempts at one address take turns: many at once would all be let through before the first
   * was found wrong, or be refused though they are right.
   */
  CompletableFuture<Opened> with(String email, String password) {
    var attempt = new CompletableFuture<Opened>();
    CompletableFuture<Opened> before = turns.put(email, attempt);
    CompletableFuture<?> turn =
        before == null ? CompletableFuture.completedFuture(null) : before.handle((_, _) -> null);
    var _ =
        turn.thenCompose(_ -> attempt(email, password))
            .whenComplete(
                (opened, failure) -> {
                  turns.remove(email, attempt);
                  if (failure == null) {
                    attempt.complete(opened);
                  } else {
                    attempt.completeExceptionally(failure);
                  }
                });
    return attempt;
  }

  private CompletableFuture<Opened> attempt(String email, String password) {
    if (!failures.allows(email)) {
      throw Problem.tooMany(
          "too_many_logins",
          "The password of this account was wrong too often. Wait a moment.",
          failures.secondsToWait());
    }
    return database
        .read(tx -> accounts.byEmail(tx, email))
        .thenCompose(
            found ->
                isRight(found, password)
                    .thenCompose(right -> open(email, found.filter(_ -> right))));
  }

  private CompletableFuture<Boolean> isRight(Optional<Account> found, String password) {
    return found
        .map(account -> passwords.matches(password, account.passwordHash()))
        .orElseGet(() -> passwords.matchesNothing(password));
  }

  private CompletableFuture<Opened> open(String email, Optional<Account> right) {
    if (right.isEmpty()) {
      failures.tryCount(email);
      throw Problem.of(
          401,
          "wrong_credentials",
          "Not signed in",
          "The e-mail address or the password is wrong.");
    }
    failures.forget(email);
    return database.write(tx -> open(tx, right.get()));
  }

  /** Opens a session for an account that has just shown who it is. */
  public Opened open(Transaction tx, Account account) {
    return new Opened(account, sessions.begin(tx, account.id()));
  }
}
