package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.PasswordHasher.PasswordVerdict;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.ClientDescription;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Signs users in with their passwords and opens their sessions. Thread-safe. */
public final class SignInService {
  private final Database database;
  private final AccountStore accountStore;
  private final SessionStore sessionStore;
  private final PasswordHasher passwordHasher;
  private final SignInLimiter limit;
  private final RehashObserver rehashObserver;
  private final KnownDevices devices = new KnownDevices();
  private final PasswordSignInSetting passwordSignInSetting = new PasswordSignInSetting();

  /**
   * The last attempt in progress of each client and e-mail address. The next attempt waits for it.
   */
  private final ConcurrentHashMap<SignInKey, CompletableFuture<OpenedSession>> turns =
      new ConcurrentHashMap<>();

  public SignInService(
      Database database,
      AccountStore accountStore,
      SessionStore sessionStore,
      PasswordHasher passwordHasher,
      SignInLimiter limit,
      RehashObserver rehashObserver) {
    this.database = database;
    this.accountStore = accountStore;
    this.sessionStore = sessionStore;
    this.passwordHasher = passwordHasher;
    this.limit = limit;
    this.rehashObserver = rehashObserver;
  }

  /** Learns in the same transaction that a hash of the same password has replaced another one. */
  @FunctionalInterface
  public interface RehashObserver {
    void rememberReplaced(Transaction tx, UserId user, String before, String after);
  }

  /**
   * The client that signs in, as the key for limits and fair scheduling.
   *
   * @param network the client's address, or the network it belongs to
   * @param device a device on which the user has signed in before
   */
  public record SignInClient(String network, Optional<String> device) {
    public static SignInClient ofNetwork(String network) {
      return new SignInClient(network, Optional.empty());
    }

    boolean isKnownDevice() {
      return device.isPresent();
    }

    public String clientKey() {
      return device.map(known -> "device " + known).orElse("address " + network);
    }
  }

  /**
   * The input of a sign-in.
   *
   * @param device the cookie of {@link KnownDevices}, not verified yet
   * @param ended completes when nobody waits for the session any more
   */
  record SignInAttempt(
      String email,
      String password,
      ClientDescription client,
      Optional<String> device,
      CompletableFuture<?> ended) {
    String network() {
      return client.address().networkKey();
    }

    /** Without the password. */
    @Override
    public String toString() {
      return "SignInAttempt[" + email + "]";
    }
  }

  private record SignInKey(String email, String network, Optional<String> device) {}

  /**
   * A session that was just opened.
   *
   * @param token the only copy of its secret
   * @param device the cookie by which the device will be recognized
   */
  public record OpenedSession(Account account, String token, String device)
      implements SignInOutcome {
    @Override
    public String toString() {
      return "OpenedSession[" + account.id() + "]";
    }
  }

  /**
   * Signs in. Fails with a {@link Problem}: 401 for a wrong address or password, 429 after too many
   * failures.
   *
   * <p>An attempt whose client is gone before its turn isn't checked.
   *
   * <p>Attempts of one client for one address run one after another. Each counts as failed until
   * its password is verified, so several correct ones at the same time would otherwise exceed the
   * limit.
   */
  CompletableFuture<OpenedSession> signIn(SignInAttempt signInAttempt) {
    var signInKey =
        new SignInKey(signInAttempt.email, signInAttempt.network(), signInAttempt.device);
    var opening = new CompletableFuture<OpenedSession>();
    CompletableFuture<OpenedSession> before = turns.put(signInKey, opening);
    CompletableFuture<?> ready =
        before == null ? CompletableFuture.completedFuture(null) : before.handle((_, _) -> null);
    var _ =
        ready
            .thenCompose(_ -> verifyAttempt(signInAttempt))
            .whenComplete(
                (openedSession, failure) -> {
                  turns.remove(signInKey, opening);
                  if (failure == null) {
                    opening.complete(openedSession);
                  } else {
                    opening.completeExceptionally(failure);
                  }
                });
    return opening;
  }

  private CompletableFuture<OpenedSession> verifyAttempt(SignInAttempt signInAttempt) {
    if (signInAttempt.ended.isDone()) { // while earlier attempts were under way
      return CompletableFuture.failedFuture(new CancellationException("the client is gone"));
    }
    return database
        .writeFromReserve(tx -> registerAttempt(tx, signInAttempt))
        .thenCompose(
            signInCheck -> {
              if (signInCheck.refusal.isPresent()) {
                throw signInCheck.refusal.get();
              }
              return verifyPassword(signInCheck, signInAttempt);
            });
  }

  /** Starts again with the new hash if the password is changed while it is being verified. */
  private CompletableFuture<OpenedSession> verifyPassword(
      SignInCheck signInCheck, SignInAttempt signInAttempt) {
    return passwordHasher
        .verifyPassword(
            toHashRequest(signInCheck, signInAttempt),
            signInAttempt.password,
            signInCheck.account.map(Account::passwordHash))
        .thenCompose(passwordVerdict -> rehashIfNeeded(signInCheck, signInAttempt, passwordVerdict))
        .thenCompose(hash -> openSession(signInCheck, signInAttempt, hash))
        .thenCompose(
            outcome ->
                switch (outcome) {
                  case OpenedSession opened -> CompletableFuture.completedFuture(opened);
                  case ChangedAccount(Account account) ->
                      verifyPassword(signInCheck.withAccount(account), signInAttempt);
                });
  }

  /** What came of a verified password. */
  sealed interface SignInOutcome permits OpenedSession, ChangedAccount {}

  /** The account now has another password than the one that was verified. */
  private record ChangedAccount(Account account) implements SignInOutcome {}

  private static PasswordHasher.HashRequest toHashRequest(
      SignInCheck signInCheck, SignInAttempt signInAttempt) {
    return new PasswordHasher.HashRequest(signInCheck.client.clientKey(), signInAttempt.ended);
  }

  private SignInCheck registerAttempt(Transaction tx, SignInAttempt signInAttempt) {
    passwordSignInSetting.requireOn(tx);
    Optional<Account> account = accountStore.findByEmail(tx, signInAttempt.email);
    Optional<String> device =
        account.flatMap(
            found ->
                signInAttempt.device.flatMap(cookie -> devices.findDevice(tx, found.id(), cookie)));
    var signInClient = new SignInClient(signInAttempt.network(), device);
    return new SignInCheck(
        signInClient, limit.countAttempt(tx, signInAttempt.email, signInClient), account);
  }

  /** A counted attempt and the account of its e-mail address. */
  private record SignInCheck(
      SignInClient client, Optional<Problem> refusal, Optional<Account> account) {
    SignInCheck withAccount(Account changed) {
      return new SignInCheck(client, refusal, Optional.of(changed));
    }
  }

  /**
   * Returns the hash to store from now on; empty to keep the stored one. Throws a {@link Problem}
   * 401 if the password is wrong.
   */
  private CompletableFuture<Optional<String>> rehashIfNeeded(
      SignInCheck signInCheck, SignInAttempt signInAttempt, PasswordVerdict passwordVerdict) {
    if (signInCheck.account.isEmpty() || !passwordVerdict.isCorrect()) {
      throw Problem.of(
          401, "wrong_credentials", "Not signed in", "Wrong e-mail address or password.");
    }
    return passwordVerdict == PasswordVerdict.TO_BE_HASHED_AGAIN
        ? passwordHasher
            .hashPassword(toHashRequest(signInCheck, signInAttempt), signInAttempt.password)
            .thenApply(Optional::of)
        : CompletableFuture.completedFuture(Optional.empty());
  }

  private CompletableFuture<SignInOutcome> openSession(
      SignInCheck signInCheck, SignInAttempt signInAttempt, Optional<String> newHash) {
    return database.writeFromReserve(
        tx -> {
          Account verified = signInCheck.account.orElseThrow();
          Account account = accountStore.lockAccount(tx, verified.id());
          if (!account.passwordHash().equals(verified.passwordHash())) {
            return new ChangedAccount(account);
          }
          limit.recordSuccess(tx, signInAttempt.email, signInCheck.client);
          newHash.ifPresent(hash -> replaceHash(tx, account, hash));
          return openSession(tx, account, signInAttempt.client);
        });
  }

  private void replaceHash(Transaction tx, Account account, String hash) {
    accountStore.updatePassword(tx, account.id(), hash);
    rehashObserver.rememberReplaced(tx, account.id(), account.passwordHash(), hash);
  }

  /** As {@link SessionStore#lockCaller}, for somebody who then gets another session. */
  public Account lockCaller(Transaction tx, Caller caller) {
    return caller.external().isPresent()
        ? accountStore.lockAccount(tx, caller.user())
        : sessionStore.lockCaller(tx, caller);
  }

  /** As {@link SessionStore#lockCaller}, for somebody who adds a way to sign in. */
  public Account lockOwner(Transaction tx, Caller caller) {
    return sessionStore.lockCaller(tx, caller);
  }

  /**
   * Opens a session for an account that has just been authenticated, and is locked unless it was
   * created in this transaction.
   */
  public OpenedSession openSession(Transaction tx, Account account, ClientDescription client) {
    return openSession(tx, account, client, tx.now());
  }

  private OpenedSession openSession(
      Transaction tx, Account account, ClientDescription client, Instant beginning) {
    accountStore.requireUsable(tx, account.id());
    return new OpenedSession(
        account,
        sessionStore.createSession(tx, account.id(), SessionClient.of(client), beginning),
        devices.createCookie(tx, account.id()));
  }

  /**
   * Like {@link #openSession(Transaction, Account, ClientDescription)}, for somebody who hasn't
   * just been authenticated: the session is as old as the caller's own, or too old to confirm that
   * the owner is there.
   *
   * @param caller empty if an earlier call is repeated without a session
   */
  OpenedSession openAnotherSession(
      Transaction tx, Account account, Optional<Caller> caller, ClientDescription client) {
    Instant beginning =
        caller
            .filter(known -> known.external().isEmpty())
            .flatMap(known -> sessionStore.findBeginning(tx, known.session()))
            .orElseGet(() -> tx.now().minus(PasswordConfirmation.RECENT));
    return openSession(tx, account, client, beginning);
  }
}
