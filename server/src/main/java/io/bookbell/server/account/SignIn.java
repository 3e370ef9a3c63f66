package io.bookbell.server.account;

import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Problem;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Opens sessions for those who know their password. Thread-safe. */
public final class SignIn {
  private final Database database;
  private final Accounts accounts;
  private final Sessions sessions;
  private final Passwords passwords;
  private final LoginLimit limit;

  /** The last attempt under way at each address. */
  private final ConcurrentHashMap<String, CompletableFuture<Opened>> turns =
      new ConcurrentHashMap<>();

  public SignIn(
      Database database,
      Accounts accounts,
      Sessions sessions,
      Passwords passwords,
      LoginLimit limit) {
    this.database = database;
    this.accounts = accounts;
    this.sessions = sessions;
    this.passwords = passwords;
    this.limit = limit;
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
   * <p>Attempts at one address take turns: each counts as failed until its password was found
   * right, so many right ones at once would be refused.
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
    return database
        .writeFromReserve(tx -> new Begun(limit.count(tx, email), accounts.byEmail(tx, email)))
        .thenCompose(
            begun -> {
              if (begun.refusal.isPresent()) {
                throw begun.refusal.get();
              }
              return isRight(begun.account, password)
                  .thenCompose(right -> open(email, begun.account.filter(_ -> right)));
            });
  }

  /** An attempt that is counted, and what there is at its address. */
  private record Begun(Optional<Problem> refusal, Optional<Account> account) {}

  private CompletableFuture<Boolean> isRight(Optional<Account> found, String password) {
    return found
        .map(account -> passwords.matches(password, account.passwordHash()))
        .orElseGet(() -> passwords.matchesNothing(password));
  }

  private CompletableFuture<Opened> open(String email, Optional<Account> right) {
    if (right.isEmpty()) {
      throw Problem.of(
          401,
          "wrong_credentials",
          "Not signed in",
          "The e-mail address or the password is wrong.");
    }
    return database.writeFromReserve(
        tx -> {
          limit.forget(tx, email);
          return open(tx, right.get());
        });
  }

  /** Opens a session for an account that has just shown who it is. */
  public Opened open(Transaction tx, Account account) {
    return new Opened(account, sessions.begin(tx, account.id()));
  }
}
