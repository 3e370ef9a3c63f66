package io.bookbell.server.passkey;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.account.Account;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.account.SignInService;
import io.bookbell.server.account.SignInService.OpenedSession;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.ClientDescription;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.Sha256;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.network.WebOrigin;
import io.bookbell.server.passkey.PasskeyStore.NewPasskey;
import io.bookbell.server.passkey.PasskeyStore.StoredPasskey;
import io.bookbell.server.passkey.PasskeyVerifier.Assertion;
import io.bookbell.server.passkey.PasskeyVerifier.Registration;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Adds passkeys to accounts and signs people in with them. Signatures are verified between two
 * transactions, on virtual threads. Thread-safe.
 */
public final class PasskeyService implements AutoCloseable {
  private final Database database;
  private final AccountStore accountStore;
  private final PasskeyStore passkeyStore;
  private final SignInService signInService;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private @Nullable PasskeyVerifier verifier;

  public PasskeyService(
      Database database,
      AccountStore accountStore,
      PasskeyStore passkeyStore,
      SignInService signInService) {
    this.database = database;
    this.accountStore = accountStore;
    this.passkeyStore = passkeyStore;
    this.signInService = signInService;
  }

  /**
   * What a browser needs to make a passkey.
   *
   * @param userHandle names the account to authenticators, and tells nothing about it
   * @param known the credential ids that the account already has
   */
  record CreationTerms(String challenge, Account account, String userHandle, List<String> known) {}

  CreationTerms beginCreation(Transaction tx, Caller caller) {
    caller.requireOwnSession();
    String challenge = SecretTokens.createToken();
    passkeyStore.addChallenge(tx, challenge, Optional.of(caller.user()));
    String handle = "user " + caller.user() + " of installation " + EpochStore.installationId(tx);
    return new CreationTerms(
        challenge,
        accountStore.get(tx, caller.user()),
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(Sha256.digestBytes(handle.getBytes(UTF_8))),
        passkeyStore.findCredentialIds(tx, caller.user()));
  }

  String beginSignIn(Transaction tx) {
    String challenge = SecretTokens.createToken();
    passkeyStore.addChallenge(tx, challenge, Optional.empty());
    return challenge;
  }

  /**
   * Adds a passkey to the caller's account. Fails with a {@link Problem}: 400 or 403 if it isn't
   * valid, 401 if the session has ended, 409 if it can't be added.
   */
  CompletableFuture<Passkey> create(
      Caller caller, String name, String credential, WebOrigin origin) {
    return onThread(() -> verifier().parseRegistration(credential))
        .thenCompose(registration -> create(caller, name, registration, origin));
  }

  private CompletableFuture<Passkey> create(
      Caller caller, String name, Registration registration, WebOrigin origin) {
    return database
        .writeFromReserve(
            tx -> {
              passkeyStore.consumeChallenge(
                  tx, registration.challenge(), Optional.of(caller.user()));
              return registration;
            })
        .thenCompose(valid -> onThread(() -> verifier().verify(valid, name, origin)))
        .thenCompose(wanted -> database.write(tx -> add(tx, caller, wanted)));
  }

  private Passkey add(Transaction tx, Caller caller, NewPasskey wanted) {
    Account account = signInService.lockOwner(tx, caller);
    return passkeyStore.add(tx, account.id(), wanted);
  }

  /**
   * Signs in. Fails with a {@link Problem}: 400 or 403 if the response isn't valid, 403 if the
   * account is disabled.
   */
  CompletableFuture<OpenedSession> signIn(
      String credential, WebOrigin origin, ClientDescription client) {
    return onThread(() -> verifier().parseAssertion(credential))
        .thenCompose(assertion -> verifyAssertion(assertion, origin))
        .thenCompose(used -> database.writeFromReserve(tx -> openSession(tx, used, client)));
  }

  /** A passkey with which somebody has just signed, and what its authenticator has counted. */
  private record UsedPasskey(StoredPasskey passkey, long count) {}

  private CompletableFuture<UsedPasskey> verifyAssertion(Assertion assertion, WebOrigin origin) {
    return database
        .writeFromReserve(tx -> findSigned(tx, assertion))
        .thenApply(found -> found.orElseThrow(PasskeyVerifier::refused))
        .thenCompose(
            passkey ->
                onThread(
                    () -> new UsedPasskey(passkey, verifier().verify(assertion, passkey, origin))));
  }

  /** The challenge is used up even if the passkey is unknown. */
  private Optional<StoredPasskey> findSigned(Transaction tx, Assertion assertion) {
    passkeyStore.consumeChallenge(tx, assertion.challenge(), Optional.empty());
    return passkeyStore.find(tx, assertion.credentialId());
  }

  private OpenedSession openSession(Transaction tx, UsedPasskey used, ClientDescription client) {
    Account account = accountStore.lockAccount(tx, used.passkey.user());
    if (!passkeyStore.recordUse(tx, used.passkey, used.count)) {
      throw PasskeyVerifier.refused();
    }
    return signInService.openSession(tx, account, client);
  }

  private <T> CompletableFuture<T> onThread(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, executor);
  }

  private synchronized PasskeyVerifier verifier() {
    PasskeyVerifier made = verifier;
    if (made == null) {
      made = new PasskeyVerifier();
      verifier = made;
    }
    return made;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
