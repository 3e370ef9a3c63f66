package io.bookbell.server;

import io.bookbell.server.account.AccountMailer;
import io.bookbell.server.account.AccountRemovalService;
import io.bookbell.server.account.AccountRoutes;
import io.bookbell.server.account.HandoverRoutes;
import io.bookbell.server.account.HandoverService;
import io.bookbell.server.account.OwnAccountRoutes;
import io.bookbell.server.account.OwnAccountService;
import io.bookbell.server.account.OwnSessionRoutes;
import io.bookbell.server.account.OwnSessionService;
import io.bookbell.server.account.PasswordConfirmation;
import io.bookbell.server.account.PasswordHasher;
import io.bookbell.server.account.ResetRoutes;
import io.bookbell.server.account.SetupRoutes;
import io.bookbell.server.account.SignInService;
import io.bookbell.server.account.SignUpService;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.invitation.JoinRoutes;
import io.bookbell.server.patreon.PatreonConnectRoutes;
import io.bookbell.server.patreon.PatreonConnectService;
import io.bookbell.server.personal.ExportRoutes;
import io.bookbell.server.storage.Database;
import io.bookbell.server.transfer.ImportedPasswords;
import java.util.Optional;

/** Wires what needs passwords: signing in, joining, and one's own account. */
final class AccountWiring {
  private final Database database;
  private final Services services;
  private final PasswordHasher passwordHasher;
  private final Optional<PatreonConnectService> patreonConnect;
  private final Optional<AccountMailer> mailer;
  private final PasswordConfirmation passwordConfirmation;

  AccountWiring(
      Database database,
      Services services,
      PasswordHasher passwordHasher,
      Optional<PatreonConnectService> patreonConnect,
      Optional<AccountMailer> mailer) {
    this.patreonConnect = patreonConnect;
    this.database = database;
    this.services = services;
    this.passwordHasher = passwordHasher;
    this.mailer = mailer;
    this.passwordConfirmation =
        new PasswordConfirmation(
            database, services.accounts, services.sessions, passwordHasher, services.loginLimit);
  }

  PasswordConfirmation passwordConfirmation() {
    return passwordConfirmation;
  }

  /** Creates the service that opens sessions. */
  SignInService createSignInService() {
    return new SignInService(
        database,
        services.accounts,
        services.sessions,
        passwordHasher,
        services.loginLimit,
        new ImportedPasswords()::rememberReplaced);
  }

  void addRoutes(ApiRouter apiRouter, SignInService signInService) {
    AccountRoutes.addSessionRoutes(apiRouter, signInService, services.sessions, services.tickets);
    var signUpService = new SignUpService(database, services.accounts, signInService);
    addJoinRoutes(apiRouter, signUpService);
    new ResetRoutes(
            database,
            services.accounts,
            services.resetLinks,
            passwordHasher,
            signUpService,
            services.sessionEnding)
        .addRoutes(apiRouter);
    addOwnAccountRoutes(apiRouter, signUpService);
  }

  private void addJoinRoutes(ApiRouter apiRouter, SignUpService signUpService) {
    new SetupRoutes(database, services.accounts, services.creators, passwordHasher, signUpService)
        .addRoutes(apiRouter);
    new JoinRoutes(database, services.accounts, passwordHasher, signUpService, services.invitations)
        .addRoutes(apiRouter);
    new PatreonConnectRoutes(patreonConnect, signUpService, passwordHasher, passwordConfirmation)
        .addRoutes(apiRouter);
  }

  private void addOwnAccountRoutes(ApiRouter apiRouter, SignUpService signUpService) {
    var ownAccountService =
        new OwnAccountService(
            database,
            services.accounts,
            services.sessions,
            services.sessionEnding,
            passwordHasher,
            passwordConfirmation,
            services.renamed::recordRename,
            mailer);
    AccountRoutes.addMeRoutes(
        apiRouter,
        ownAccountService,
        services.accounts,
        services.creators,
        services.access,
        services.quotas);
    OwnAccountRoutes.addRoutes(apiRouter, ownAccountService);
    OwnAccountRoutes.addRemovalRoute(
        apiRouter,
        new AccountRemovalService(
            database,
            services.accounts,
            services.sessionEnding,
            passwordConfirmation,
            new CreatorTies(services),
            services.nameErasure,
            services.renamed::recordRename));
    new HandoverRoutes(
            new HandoverService(
                database,
                services.accounts,
                services.sessionEnding,
                passwordHasher,
                passwordConfirmation,
                new CreatorOwnerChange(services)),
            signUpService)
        .addRoutes(apiRouter);
    ExportRoutes.addRoutes(apiRouter);
    OwnSessionRoutes.addRoutes(apiRouter, new OwnSessionService(services.sessions));
  }
}
