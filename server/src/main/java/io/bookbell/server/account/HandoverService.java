package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountRequestParser.AccountRequest;
import io.bookbell.server.account.HandoverStore.HandoverLink;
import io.bookbell.server.account.HandoverStore.PendingHandover;
import io.bookbell.server.account.PasswordConfirmation.TypedPassword;
import io.bookbell.server.account.SignUpService.SignUpWork;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.IdempotencyService;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands a creator's account over to another person. The account stays, with everything that belongs
 * to the creator; its name, address and password become those of the other person, and whatever the
 * former owner could sign in with ends. Rights of an operator end, too: only the command line gives
 * them. Thread-safe.
 */
public final class HandoverService {
  private static final Logger log = LoggerFactory.getLogger(HandoverService.class);

  private final HandoverStore handoverStore = new HandoverStore();
  private final PasswordSignInSetting passwordSignInSetting = new PasswordSignInSetting();
  private final Database database;
  private final AccountStore accountStore;
  private final SessionEnding sessionEnding;
  private final PasswordHasher passwordHasher;
  private final PasswordConfirmation passwordConfirmation;
  private final OwnerChange ownerChange;

  public HandoverService(
      Database database,
      AccountStore accountStore,
      SessionEnding sessionEnding,
      PasswordHasher passwordHasher,
      PasswordConfirmation passwordConfirmation,
      OwnerChange ownerChange) {
    this.database = database;
    this.accountStore = accountStore;
    this.sessionEnding = sessionEnding;
    this.passwordHasher = passwordHasher;
    this.passwordConfirmation = passwordConfirmation;
    this.ownerChange = ownerChange;
  }

  /** What other features do about another owner. */
  public interface OwnerChange {
    /**
     * Requires that a user is this creator.
     *
     * @throws Problem 404 for users without a role with this creator, 403 for all others
     */
    void requireCreator(Transaction tx, UserId creator, UserId user);

    /**
     * Locks the creator, and ends what the former owner has with other creators. Called before the
     * account is locked, and again under the lock.
     *
     * @param ended those that are done with; this call adds its own
     */
    void endTies(Transaction tx, UserId creator, Set<UserId> ended);

    /** Deletes what is the former owner's own, and records the change. */
    void complete(Transaction tx, UserId creator, String formerName);
  }

  /**
   * Creates the link for the new owner. Fails with a {@link Problem}: 403 if the password is wrong
   * or passwords are turned off, 404 if the account isn't a creator any more, 409 if the new
   * address has an account.
   */
  CompletableFuture<HandoverLink> start(
      Caller caller, UserId creator, String email, TypedPassword typed) {
    return database
        .read(
            tx -> {
              ownerChange.requireCreator(tx, creator, caller.user());
              passwordSignInSetting.requireOn(tx);
              return true;
            })
        .thenCompose(_ -> passwordConfirmation.requirePassword(caller, typed))
        .thenCompose(
            checked ->
                database.write(
                    tx -> {
                      passwordConfirmation.lockConfirmed(tx, checked);
                      // again, under the lock that whoever closes a creator takes
                      ownerChange.requireCreator(tx, creator, caller.user());
                      requireWithoutAccount(tx, email);
                      return handoverStore.createLink(tx, creator, email);
                    }));
  }

  private void requireWithoutAccount(Transaction tx, String email) {
    if (accountStore.findByEmail(tx, email).isPresent()) {
      throw Problem.conflict(
          "email_taken", "This e-mail address has an account already. Choose another one.");
    }
  }

  /** Returns who is to take over the creator's account; for the creator. */
  Optional<PendingHandover> find(Transaction tx, UserId actor, UserId creator) {
    ownerChange.requireCreator(tx, creator, actor);
    return handoverStore.find(tx, creator);
  }

  /** Makes the link invalid; for the creator. */
  void cancel(Transaction tx, UserId actor, UserId creator) {
    ownerChange.requireCreator(tx, creator, actor);
    HandoverStore.removeLinkOf(tx, creator);
  }

  /** What the new owner chooses. */
  record TakeOver(String token, String displayName, String password) {
    /** Without the secrets. */
    @Override
    public String toString() {
      return "TakeOver[" + displayName + "]";
    }
  }

  /**
   * Prepares the change of owner; the work fails with a {@link Problem} 404 for an invalid link.
   */
  CompletionStage<SignUpWork> prepareTakeOver(
      TakeOver takeOver, PasswordHasher.HashRequest hashRequest) {
    return database
        .read(
            tx -> {
              passwordSignInSetting.requireOn(tx);
              return requirePending(tx, takeOver.token).email();
            })
        .thenCompose(
            email ->
                passwordHasher.hashNewPassword(
                    hashRequest,
                    new AccountRequest(email, takeOver.displayName, takeOver.password)))
        .thenApply(hash -> tx -> takeOver(tx, takeOver, hash));
  }

  /** Creators are locked before the account, and the link is used up under both locks. */
  private Account takeOver(Transaction tx, TakeOver takeOver, String hash) {
    UserId user = requirePending(tx, takeOver.token).user();
    var ended = new TreeSet<UserId>();
    ownerChange.endTies(tx, user, ended);
    Account former = accountStore.lockAccount(tx, user);
    // and those of joins that were committed before the account was locked
    ownerChange.endTies(tx, user, ended);
    PendingHandover pending = requirePending(tx, takeOver.token);
    requireWithoutAccount(tx, pending.email());
    accountStore.updateEmail(tx, user, pending.email());
    accountStore.updateName(tx, user, takeOver.displayName);
    accountStore.updatePassword(tx, user, hash);
    endOperator(tx, user);
    IdempotencyService.deleteKeysOf(tx, user);
    sessionEnding.endAll(tx, user);
    ownerChange.complete(tx, user, former.displayName());
    return accountStore.get(tx, user);
  }

  private void endOperator(Transaction tx, UserId user) {
    if (accountStore.removeOperator(tx, user)) {
      tx.afterCommit(
          () ->
              log.warn(
                  "User {} was an operator, and has handed the account over. To give the rights to"
                      + " an account: bookbell user set-operator EMAIL",
                  user));
    }
  }

  private PendingHandover requirePending(Transaction tx, String token) {
    return handoverStore
        .findByToken(tx, token)
        .orElseThrow(() -> Problem.notFound("This link is no longer valid. Ask for a new one."));
  }
}
