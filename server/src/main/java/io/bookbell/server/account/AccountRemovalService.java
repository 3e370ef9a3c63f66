package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.IdempotencyService;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/**
 * Removes the caller's own account. What others need stays: requests, replies and the ledger, as
 * those of a removed account. Thread-safe.
 */
public final class AccountRemovalService {
  private final Database database;
  private final AccountStore accountStore;
  private final SessionEnding sessionEnding;
  private final PasswordConfirmation passwordConfirmation;
  private final AccountTies accountTies;
  private final NameErasure nameErasure;
  private final BiConsumer<Transaction, UserId> renamed;

  /**
   * Creates the service.
   *
   * @param renamed called in the transaction that has changed a user's name
   */
  public AccountRemovalService(
      Database database,
      AccountStore accountStore,
      SessionEnding sessionEnding,
      PasswordConfirmation passwordConfirmation,
      AccountTies accountTies,
      NameErasure nameErasure,
      BiConsumer<Transaction, UserId> renamed) {
    this.database = database;
    this.accountStore = accountStore;
    this.sessionEnding = sessionEnding;
    this.passwordConfirmation = passwordConfirmation;
    this.accountTies = accountTies;
    this.nameErasure = nameErasure;
    this.renamed = renamed;
  }

  /** What connects an account to creators, its own one included. */
  public interface AccountTies {
    /** Returns the creators to whom the user is tied. */
    Set<UserId> findCreators(Transaction tx, UserId user);

    /**
     * Locks a creator and ends what ties the user to it.
     *
     * @throws Problem 409 if it is the user's own and has supporters
     */
    void endTie(Transaction tx, UserId creator, UserId user);

    /** Deletes what only the user has seen. */
    void forget(Transaction tx, UserId user);
  }

  /**
   * Removes the account and ends its sessions. Fails with a {@link Problem}: 403 if the password is
   * wrong, 409 if the user is a creator with supporters.
   */
  CompletableFuture<Boolean> removeAccount(
      Caller caller, PasswordConfirmation.TypedPassword typed) {
    return passwordConfirmation
        .requirePassword(caller, typed)
        .thenCompose(checked -> database.write(tx -> removeAccount(tx, checked)));
  }

  private boolean removeAccount(Transaction tx, PasswordConfirmation.CheckedAccount checked) {
    UserId user = checked.account().id();
    var ended = new TreeSet<UserId>();
    endTies(tx, user, ended);
    passwordConfirmation.lockConfirmed(tx, checked);
    endTies(tx, user, ended); // those of joins that were committed before the account was locked
    accountTies.forget(tx, user);
    IdempotencyService.deleteKeysOf(tx, user);
    sessionEnding.endAll(tx, user);
    nameErasure.queueAccount(tx, user);
    accountStore.erase(tx, user);
    renamed.accept(tx, user);
    return true;
  }

  private void endTies(Transaction tx, UserId user, Set<UserId> ended) {
    for (UserId creator : new TreeSet<>(accountTies.findCreators(tx, user))) {
      if (ended.add(creator)) {
        accountTies.endTie(tx, creator, user);
      }
    }
  }
}
