package io.bookbell.server.oidc;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.Account;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.account.SignInService;
import io.bookbell.server.account.SignInService.OpenedSession;
import io.bookbell.server.config.OidcConfig.AutoJoin;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.ClientDescription;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.GraphemeClusters;
import io.bookbell.server.text.TextNormalizer;
import java.util.Optional;

/**
 * Finds or makes the account of somebody who has signed in at a provider. Works in the caller's
 * transaction; thread-safe and stateless.
 *
 * <p>Somebody is known by issuer and subject. The first time, a verified address finds the account
 * that has it, so two providers that verify one address lead to one account.
 */
public final class ProviderSignInService {
  private static final int MAX_NAME_LENGTH = 100;

  private final AccountStore accountStore;
  private final IdentityStore identityStore;
  private final SignInService signInService;
  private final NewcomerAdmission newcomerAdmission;

  public ProviderSignInService(
      AccountStore accountStore,
      IdentityStore identityStore,
      SignInService signInService,
      NewcomerAdmission newcomerAdmission) {
    this.accountStore = accountStore;
    this.identityStore = identityStore;
    this.signInService = signInService;
    this.newcomerAdmission = newcomerAdmission;
  }

  /** Lets new accounts join a creator. */
  public interface NewcomerAdmission {
    /** Uses an invitation. */
    void acceptInvitation(Transaction tx, UserId user, String token);

    /** Adds a supporter to a tier, unless the user already supports the creator. */
    void joinTier(Transaction tx, UserId user, AutoJoin autoJoin);
  }

  /**
   * A session, and whether its account was made for it.
   *
   * @param isNew whether the account was made by this sign-in, and has used the invitation
   */
  record ProviderSignIn(OpenedSession session, boolean isNew) {}

  /**
   * Signs in with what a provider says. An invitation is used only for a new account: whoever has
   * one decides on the page whether it joins.
   *
   * @throws Problem 403 if the account is disabled, the address isn't verified, or a newcomer has
   *     no invitation, or the account has changed hands meanwhile; 404 if the invitation isn't
   *     valid
   */
  ProviderSignIn signIn(
      Transaction tx,
      ProviderClaims claims,
      Optional<String> invitation,
      Optional<AutoJoin> autoJoin,
      ClientDescription client) {
    Optional<UserId> known = identityStore.findUser(tx, claims);
    Optional<Account> existing =
        known.isPresent()
            ? Optional.of(recordUse(tx, known.get(), claims))
            : findByAddress(tx, claims);
    Optional<Account> created =
        existing.isPresent() ? Optional.empty() : createAccount(tx, claims, invitation, autoJoin);
    Account account =
        existing
            .or(() -> created)
            .or(() -> findByAddress(tx, claims)) // that of a sign-in that was faster
            .orElseThrow(ProviderSignInService::changedProblem);
    return new ProviderSignIn(signInService.openSession(tx, account, client), created.isPresent());
  }

  /** While this waits for the lock, whoever holds it may take the identity from the account. */
  private Account recordUse(Transaction tx, UserId user, ProviderClaims claims) {
    Account account = accountStore.lockAccount(tx, user);
    if (!identityStore.recordUse(tx, user, claims)) {
      throw changedProblem();
    }
    return account;
  }

  private static Problem changedProblem() {
    return refusal("sign_in_expired", "The account was changed meanwhile. Sign in again.");
  }

  /** An address that the provider hasn't verified may be anybody's. */
  private Optional<Account> findByAddress(Transaction tx, ProviderClaims claims) {
    String email =
        claims
            .verifiedEmail()
            .orElseThrow(
                () ->
                    refusal(
                        "email_unverified",
                        "The provider doesn't say that your e-mail address is verified."));
    return accountStore
        .findByEmail(tx, email)
        .map(found -> accountStore.lockAccount(tx, found.id()))
        .map(
            account -> {
              if (!account.email().equals(email)) { // another owner, or removed, by now
                throw changedProblem();
              }
              link(tx, account, claims);
              return account;
            });
  }

  /** Returns empty if there is an account with the address by now. */
  private Optional<Account> createAccount(
      Transaction tx,
      ProviderClaims claims,
      Optional<String> invitation,
      Optional<AutoJoin> autoJoin) {
    if (invitation.isEmpty() && autoJoin.isEmpty()) {
      throw refusal("invitation_needed", "Ask for an invitation link first, and open it.");
    }
    String email = claims.verifiedEmail().orElseThrow();
    Optional<Account> created =
        accountStore.createUnlessTaken(
            tx, new NewAccount(email, displayName(claims, email), ""), false);
    created.ifPresent(
        account -> {
          identityStore.add(tx, account.id(), claims);
          invitation.ifPresentOrElse(
              token -> newcomerAdmission.acceptInvitation(tx, account.id(), token),
              () -> newcomerAdmission.joinTier(tx, account.id(), autoJoin.orElseThrow()));
        });
    return created;
  }

  private static String displayName(ProviderClaims claims, String email) {
    return claims
        .name()
        .map(TextNormalizer::normalizeLine)
        .map(name -> GraphemeClusters.truncateText(name, MAX_NAME_LENGTH))
        .filter(name -> !name.isBlank() && !GraphemeClusters.hasOversizedCluster(name))
        .orElseGet(() -> email.substring(0, email.indexOf('@')));
  }

  /**
   * Lets the caller sign in through the provider from now on.
   *
   * @throws Problem 401 if the session has ended, 403 if somebody else has signed the caller in,
   *     409 if the identity belongs to another account
   */
  void link(Transaction tx, Caller caller, ProviderClaims claims) {
    Account account = signInService.lockOwner(tx, caller);
    link(tx, account, claims);
  }

  /** The account is locked, so that another sign-in with the same identity has ended. */
  private void link(Transaction tx, Account account, ProviderClaims claims) {
    Optional<UserId> owner = identityStore.findUser(tx, claims);
    if (owner.isEmpty()) {
      identityStore.add(tx, account.id(), claims);
    } else if (!owner.get().equals(account.id())) {
      throw IdentityStore.takenProblem();
    }
  }

  private static Problem refusal(String code, String detail) {
    return Problem.of(403, code, "Not signed in", detail);
  }
}
