package io.bookbell.server.account;

import io.bookbell.server.account.Passwords.Verdict;
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
  private final KnownDevices devices = new KnownDevices();

  /** The last attempt under way of each client at each e-mail address. */
  private final ConcurrentHashMap<Turn, CompletableFuture<Opened>> turns =
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

  /**
   * Who asks, for limits and fair shares.
   *
   * @param network the client's address, or the network that it is in
   * @param device one on which the user has signed in before
   */
  public record Client(String network, Optional<String> device) {
    public static Client at(String network) {
      return new Client(network, Optional.empty());
    }

    boolean isKnownDevice() {
      return device.isPresent();
    }

    public String key() {
      return device.map(known -> "device " + known).orElse("address " + network);
    }
  }

  /**
   * What somebody signs in with.
   *
   * @param device the cookie of {@link KnownDevices}, not looked at yet
   */
  record Attempt(String email, String password, String network, Optional<String> device) {}

  private record Turn(String email, String network, Optional<String> device) {}

  /**
   * A session that has begun.
   *
   * @param token its only key
   * @param device the cookie by which the device will be known
   */
  public record Opened(Account account, String token, String device) {
    @Override
    public String toString() {
      return "Opened[" + account.id() + "]";
    }
  }

  /**
   * Signs in. Fails with a {@link Problem}: 401 for a wrong address or password, 429 after too many
   * of these.
   *
   * <p>Attempts of one client at one address take turns: each counts as failed until its password
   * was found right, so many right ones at once would be refused.
   */
  CompletableFuture<Opened> with(Attempt attempt) {
    var turn = new Turn(attempt.email, attempt.network, attempt.device);
    var opening = new CompletableFuture<Opened>();
    CompletableFuture<Opened> before = turns.put(turn, opening);
    CompletableFuture<?> ready =
        before == null ? CompletableFuture.completedFuture(null) : before.handle((_, _) -> null);
    var _ =
        ready
            .thenCompose(_ -> begin(attempt))
            .whenComplete(
                (opened, failure) -> {
                  turns.remove(turn, opening);
                  if (failure == null) {
                    opening.complete(opened);
                  } else {
                    opening.completeExceptionally(failure);
                  }
                });
    return opening;
  }

  private CompletableFuture<Opened> begin(Attempt attempt) {
    return database
        .writeFromReserve(tx -> begin(tx, attempt))
        .thenCompose(
            begun -> {
              if (begun.refusal.isPresent()) {
                throw begun.refusal.get();
              }
              return passwords
                  .check(
                      begun.client.key(),
                      attempt.password,
                      begun.account.map(Account::passwordHash))
                  .thenCompose(verdict -> hashedAnew(begun, attempt, verdict))
                  .thenCompose(hash -> open(begun, attempt, hash));
            });
  }

  private Begun begin(Transaction tx, Attempt attempt) {
    Optional<Account> account = accounts.byEmail(tx, attempt.email);
    Optional<String> device =
        account.flatMap(
            found -> attempt.device.flatMap(cookie -> devices.find(tx, found.id(), cookie)));
    var client = new Client(attempt.network, device);
    return new Begun(client, limit.count(tx, attempt.email, client), account);
  }

  /** An attempt that is counted, and what there is at its address. */
  private record Begun(Client client, Optional<Problem> refusal, Optional<Account> account) {}

  /** The hash to be stored from now on; empty where the stored one stays. Fails with a 401. */
  private CompletableFuture<Optional<String>> hashedAnew(
      Begun begun, Attempt attempt, Verdict verdict) {
    if (begun.account.isEmpty() || !verdict.isRight()) {
      throw Problem.of(
          401, "wrong_credentials", "Not signed in", "Wrong e-mail address or password.");
    }
    return verdict == Verdict.TO_BE_HASHED_AGAIN
        ? passwords.hash(begun.client.key(), attempt.password).thenApply(Optional::of)
        : CompletableFuture.completedFuture(Optional.empty());
  }

  private CompletableFuture<Opened> open(Begun begun, Attempt attempt, Optional<String> newHash) {
    return database.writeFromReserve(
        tx -> {
          Account account = begun.account.orElseThrow();
          limit.forget(tx, attempt.email, begun.client);
          newHash.ifPresent(hash -> accounts.changeHash(tx, account, hash));
          return open(tx, account);
        });
  }

  /** Opens a session for an account that has just shown who it is. */
  public Opened open(Transaction tx, Account account) {
    return new Opened(
        account, sessions.begin(tx, account.id()), devices.recognise(tx, account.id()));
  }
}
