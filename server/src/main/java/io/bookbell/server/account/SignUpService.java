package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.SignInService.OpenedSession;
import io.bookbell.server.http.AnonymousRequestKey;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.ClientDescription;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs sign-ups once per {@code Idempotency-Key}. A client that repeats a request whose response
 * was lost gets a new session for the same account, so no token has to be stored. Thread-safe and
 * stateless.
 */
public final class SignUpService {
  private static final Duration RETENTION = Duration.ofDays(2);
  private static final int REMOVED_AT_ONCE = 500;

  private final Database database;
  private final AccountStore accountStore;
  private final SignInService signInService;

  public SignUpService(Database database, AccountStore accountStore, SignInService signInService) {
    this.database = database;
    this.accountStore = accountStore;
    this.signInService = signInService;
  }

  /** Creates or finds the account and lets it join, in the given transaction. */
  @FunctionalInterface
  public interface SignUpWork extends Function<Transaction, Account> {}

  /**
   * Runs the sign-up and opens a session. If the same request has already succeeded, it only opens
   * a session.
   *
   * @param caller who joins with a session, and gets another one
   * @param prepare what has to happen before the transaction, such as hashing; not called for a
   *     repeated request
   */
  public CompletionStage<OpenedSession> signUpOnce(
      Optional<AnonymousRequestKey> call,
      Optional<Caller> caller,
      ClientDescription client,
      Supplier<CompletionStage<SignUpWork>> prepare) {
    var session = new WantedSession(caller, client);
    return database
        .read(tx -> call.flatMap(repeated -> findByKey(tx, repeated)))
        .thenCompose(
            earlier ->
                earlier.isPresent()
                    ? database.write(tx -> openSessionAgain(tx, call.orElseThrow(), session))
                    : prepare
                        .get()
                        .thenCompose(
                            signUpWork ->
                                database.write(tx -> signUp(tx, call, session, signUpWork))));
  }

  /** Like the other, for somebody who has no session before. */
  public CompletionStage<OpenedSession> signUpOnce(
      Optional<AnonymousRequestKey> call,
      ClientDescription client,
      Supplier<CompletionStage<SignUpWork>> prepare) {
    return signUpOnce(call, Optional.empty(), client, prepare);
  }

  /** For whom a session is opened. */
  private record WantedSession(Optional<Caller> caller, ClientDescription client) {}

  /** As {@link SignInService#lockCaller}, at the end of {@link SignUpWork} of a signed-in user. */
  public Account lockCaller(Transaction tx, Caller caller) {
    return signInService.lockCaller(tx, caller);
  }

  private OpenedSession signUp(
      Transaction tx,
      Optional<AnonymousRequestKey> call,
      WantedSession session,
      SignUpWork signUpWork) {
    if (call.isEmpty()) {
      return openSession(tx, signUpWork.apply(tx), session);
    }
    AnonymousRequestKey repeatable = call.get();
    if (!claimKey(tx, repeatable)) { // a concurrent request with the same key committed first
      return openSessionAgain(tx, repeatable, session);
    }
    Account account = signUpWork.apply(tx);
    tx.update(
        "UPDATE sign_up_key SET user_id = ? WHERE key_hash = ?",
        account.id(),
        repeatable.keyHash());
    return openSession(tx, account, session);
  }

  private OpenedSession openSession(Transaction tx, Account account, WantedSession session) {
    return session.caller.isPresent()
        ? signInService.openAnotherSession(tx, account, session.caller, session.client)
        : signInService.openSession(tx, account, session.client);
  }

  /**
   * Opens a session for the account that an earlier request with this key signed up.
   *
   * @throws Problem 401 if the key was removed since, because the password has been changed
   */
  private OpenedSession openSessionAgain(
      Transaction tx, AnonymousRequestKey call, WantedSession session) {
    UserId user = findByKey(tx, call).orElseThrow(SignUpService::changedProblem);
    Account account = accountStore.lockAccount(tx, user);
    var _ = findByKey(tx, call).orElseThrow(SignUpService::changedProblem);
    return signInService.openAnotherSession(tx, account, session.caller, session.client);
  }

  private static Problem changedProblem() {
    return Problem.unauthorized("The password has been changed since. Sign in.");
  }

  /** Removes a user's keys: a change of password ends what can be done without it. */
  static void removeKeysOf(Transaction tx, UserId user) {
    tx.update("DELETE FROM sign_up_key WHERE user_id = ?", user);
  }

  private static boolean claimKey(Transaction tx, AnonymousRequestKey call) {
    return tx.update(
            """
            INSERT INTO sign_up_key (key_hash, request_hash, created_at)
            VALUES (?, ?, ?)
            ON CONFLICT DO NOTHING""",
            call.keyHash(),
            call.requestHash(),
            tx.now())
        == 1;
  }

  /**
   * Returns the account that an earlier request with this key signed up.
   *
   * @throws Problem 409 when the key was used for a different request
   */
  private static Optional<UserId> findByKey(Transaction tx, AnonymousRequestKey call) {
    Optional<StoredKey> stored =
        tx.query("SELECT request_hash, user_id FROM sign_up_key WHERE key_hash = ?", call.keyHash())
            .first(row -> new StoredKey(row.getString("request_hash"), row.findUser("user_id")));
    stored.ifPresent(key -> call.requireEqual(key.requestHash));
    return stored.flatMap(key -> Optional.ofNullable(key.user));
  }

  private record StoredKey(String requestHash, @Nullable UserId user) {}

  /**
   * Deletes a batch of keys that are older than 48 hours.
   *
   * @return whether there may be more
   */
  public static boolean removeOldKeys(Transaction tx) {
    List<String> old =
        tx.query(
                "SELECT key_hash FROM sign_up_key WHERE created_at < ? LIMIT ?",
                tx.now().minus(RETENTION),
                REMOVED_AT_ONCE)
            .list(row -> row.getString("key_hash"));
    if (!old.isEmpty()) {
      tx.update("DELETE FROM sign_up_key WHERE key_hash IN (?)", old);
    }
    return old.size() == REMOVED_AT_ONCE;
  }
}
