package io.bookbell.server.account;

import static io.bookbell.server.storage.schema.Tables.SIGN_UP_KEY;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.SignInService.OpenedSession;
import io.bookbell.server.http.AnonymousRequestKey;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Runs sign-ups once per {@code Idempotency-Key}. A client that repeats a request whose response
 * was lost gets a new session for the same account, so no token has to be stored. Thread-safe and
 * stateless.
 */
public final class SignUpService {
  private static final Duration KEPT = Duration.ofDays(2);
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
   * @param prepare what has to happen before the transaction, such as hashing; not called for a
   *     repeated request
   */
  public CompletionStage<OpenedSession> signUpOnce(
      Optional<AnonymousRequestKey> call, Supplier<CompletionStage<SignUpWork>> prepare) {
    return database
        .read(tx -> call.flatMap(repeated -> findByKey(tx, repeated)))
        .thenCompose(
            earlier ->
                earlier.isPresent()
                    ? database.write(tx -> openSession(tx, earlier.get()))
                    : prepare
                        .get()
                        .thenCompose(
                            signUpWork -> database.write(tx -> signUp(tx, call, signUpWork))));
  }

  private OpenedSession signUp(
      Transaction tx, Optional<AnonymousRequestKey> call, SignUpWork signUpWork) {
    if (call.isEmpty()) {
      return signInService.openSession(tx, signUpWork.apply(tx));
    }
    AnonymousRequestKey repeatable = call.get();
    if (!claimKey(tx, repeatable)) { // a concurrent request with the same key committed first
      return openSession(tx, findByKey(tx, repeatable).orElseThrow());
    }
    Account account = signUpWork.apply(tx);
    tx.sql()
        .update(SIGN_UP_KEY)
        .set(SIGN_UP_KEY.USER_ID, account.id())
        .where(SIGN_UP_KEY.KEY_HASH.eq(repeatable.keyHash()))
        .execute();
    return signInService.openSession(tx, account);
  }

  private OpenedSession openSession(Transaction tx, UserId user) {
    return signInService.openSession(tx, accountStore.get(tx, user));
  }

  private static boolean claimKey(Transaction tx, AnonymousRequestKey call) {
    return tx.sql()
            .insertInto(SIGN_UP_KEY)
            .set(SIGN_UP_KEY.KEY_HASH, call.keyHash())
            .set(SIGN_UP_KEY.REQUEST_HASH, call.requestHash())
            .set(SIGN_UP_KEY.CREATED_AT, tx.now())
            .onConflictDoNothing()
            .execute()
        == 1;
  }

  /**
   * Returns the account that an earlier request with this key signed up.
   *
   * @throws Problem 409 when the key was used for a different request
   */
  private static Optional<UserId> findByKey(Transaction tx, AnonymousRequestKey call) {
    return tx.sql()
        .select(SIGN_UP_KEY.REQUEST_HASH, SIGN_UP_KEY.USER_ID)
        .from(SIGN_UP_KEY)
        .where(SIGN_UP_KEY.KEY_HASH.eq(call.keyHash()))
        .fetchOptional()
        .map(
            stored -> {
              call.requireEqual(stored.value1());
              return stored.value2();
            });
  }

  /**
   * Deletes a batch of keys that are older than 48 hours.
   *
   * @return whether there may be more
   */
  public static boolean removeOldKeys(Transaction tx) {
    var old =
        tx.sql()
            .select(SIGN_UP_KEY.KEY_HASH)
            .from(SIGN_UP_KEY)
            .where(SIGN_UP_KEY.CREATED_AT.lt(tx.now().minus(KEPT)))
            .limit(REMOVED_AT_ONCE)
            .fetch(SIGN_UP_KEY.KEY_HASH);
    if (!old.isEmpty()) {
      tx.sql().deleteFrom(SIGN_UP_KEY).where(SIGN_UP_KEY.KEY_HASH.in(old)).execute();
    }
    return old.size() == REMOVED_AT_ONCE;
  }
}
