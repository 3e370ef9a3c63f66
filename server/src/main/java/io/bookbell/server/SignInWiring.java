package io.bookbell.server;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.PasswordConfirmation;
import io.bookbell.server.account.SignInMethodRoutes;
import io.bookbell.server.account.SignInMethods;
import io.bookbell.server.account.SignInService;
import io.bookbell.server.config.OidcConfig;
import io.bookbell.server.config.OidcConfig.AutoJoin;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Problem;
import io.bookbell.server.network.EnvironmentProxies;
import io.bookbell.server.oidc.IdentityRoutes;
import io.bookbell.server.oidc.OidcRoutes;
import io.bookbell.server.oidc.ProviderSignInService;
import io.bookbell.server.oidc.ProviderSignInService.NewcomerAdmission;
import io.bookbell.server.passkey.PasskeyRoutes;
import io.bookbell.server.passkey.PasskeyService;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires the ways to sign in beside the password. */
final class SignInWiring implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SignInWiring.class);

  private final Database database;
  private final Services services;
  private final SignInMethods signInWays;
  private final PasswordConfirmation passwordConfirmation;
  private final List<OidcConfig> providers;
  private final boolean patreon;
  private final OidcRoutes oidcRoutes;
  private final PasskeyService passkeyService;

  SignInWiring(
      Database database,
      Services services,
      SignInService signInService,
      SignInMethods signInWays,
      PasswordConfirmation passwordConfirmation,
      List<OidcConfig> providers,
      boolean patreon,
      InstantSource clock) {
    this.database = database;
    this.services = services;
    this.signInWays = signInWays;
    this.passwordConfirmation = passwordConfirmation;
    this.providers = providers;
    this.patreon = patreon;
    this.oidcRoutes =
        new OidcRoutes(
            database,
            new ProviderSignInService(
                services.accounts, services.identities, signInService, new InvitedNewcomers()),
            passwordConfirmation,
            providers,
            new EnvironmentProxies(System.getenv()),
            clock);
    this.passkeyService =
        new PasskeyService(database, services.accounts, services.passkeys, signInService);
  }

  /**
   * Adds the routes.
   *
   * @param hasMail whether mail is set up
   */
  void addRoutes(ApiRouter apiRouter, boolean hasMail) {
    oidcRoutes.addRoutes(apiRouter);
    new IdentityRoutes(services.identities, signInWays, providers).addRoutes(apiRouter);
    new PasskeyRoutes(database, services.passkeys, passkeyService, signInWays, passwordConfirmation)
        .addRoutes(apiRouter);
    new SignInMethodRoutes(
            database, services.passwordSignInSetting, oidcRoutes.entries(), patreon, hasMail)
        .addRoutes(apiRouter);
  }

  @Override
  public void close() {
    passkeyService.close();
    oidcRoutes.close();
  }

  /** Lets new accounts join by an invitation, or as the settings say. */
  private final class InvitedNewcomers implements NewcomerAdmission {
    @Override
    public void acceptInvitation(Transaction tx, UserId user, String token) {
      services.invitations.acceptInvitation(tx, user, token);
    }

    @Override
    public void joinTier(Transaction tx, UserId user, AutoJoin autoJoin) {
      try {
        var creator = services.creators.lockCreator(tx, new UserId(autoJoin.creatorId()));
        services.supporters.addSupporter(tx, creator, user, autoJoin.tierId());
      } catch (Problem problem) {
        log.warn(
            "A new user could not be added as configured in {}: {}",
            autoJoin,
            problem.getMessage());
        throw problem;
      }
    }
  }
}
