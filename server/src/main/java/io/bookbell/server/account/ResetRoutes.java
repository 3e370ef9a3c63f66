package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountRequestParser.AccountRequest;
import io.bookbell.server.http.AnonymousRequestKey;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** {@code /api/auth/reset}: chooses a new password by a one-time link. */
public final class ResetRoutes {
  private final Database database;
  private final AccountStore accountStore;
  private final ResetLinkStore resetLinkStore;
  private final PasswordHasher passwordHasher;
  private final SignUpService signUpService;
  private final SessionEnding sessionEnding;

  public ResetRoutes(
      Database database,
      AccountStore accountStore,
      ResetLinkStore resetLinkStore,
      PasswordHasher passwordHasher,
      SignUpService signUpService,
      SessionEnding sessionEnding) {
    this.database = database;
    this.accountStore = accountStore;
    this.resetLinkStore = resetLinkStore;
    this.passwordHasher = passwordHasher;
    this.signUpService = signUpService;
    this.sessionEnding = sessionEnding;
  }

  public void addRoutes(ApiRouter apiRouter) {
    apiRouter.postOpen("/api/auth/reset", (apiRequest, _) -> resetPassword(apiRequest));
  }

  private record ResetRequest(String token, String password) {
    /** Without the secrets. */
    @Override
    public String toString() {
      return "ResetRequest";
    }
  }

  private static ResetRequest parseReset(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var resetRequest =
        new ResetRequest(
            jsonBody.requiredVerbatim("token", 1, SecretTokens.MAX_LENGTH),
            jsonBody.requiredVerbatim(
                "password", PasswordPolicy.MIN_LENGTH, PasswordPolicy.MAX_LENGTH));
    jsonBody.requireNoErrors();
    return resetRequest;
  }

  private CompletionStage<ApiResponse> resetPassword(ApiRequest apiRequest) {
    ResetRequest resetRequest = parseReset(apiRequest);
    var hashRequest = PasswordHasher.HashRequest.of(apiRequest);
    return signUpService
        .signUpOnce(
            AnonymousRequestKey.of(apiRequest, Optional.empty()),
            apiRequest.clientDescription(),
            () -> prepareReset(resetRequest, hashRequest))
        .thenApply(openedSession -> SessionResponses.of(openedSession, apiRequest.cookieSetter()));
  }

  private CompletionStage<SignUpService.SignUpWork> prepareReset(
      ResetRequest resetRequest, PasswordHasher.HashRequest hashRequest) {
    return database
        .read(tx -> accountStore.get(tx, requireUser(tx, resetRequest.token)))
        .thenCompose(
            account ->
                passwordHasher.hashNewPassword(
                    hashRequest,
                    new AccountRequest(
                        account.email(), account.displayName(), resetRequest.password)))
        .thenApply(hash -> tx -> replacePassword(tx, resetRequest.token, hash));
  }

  /** The account is locked before the link is used up, in the order in which all others do. */
  private Account replacePassword(Transaction tx, String token, String hash) {
    Account account = accountStore.lockAccount(tx, requireUser(tx, token));
    if (!resetLinkStore.consumeLink(tx, token)) {
      throw invalidLink();
    }
    accountStore.updatePassword(tx, account.id(), hash);
    sessionEnding.endAll(tx, account.id());
    return account;
  }

  private UserId requireUser(Transaction tx, String token) {
    return resetLinkStore.findUser(tx, token).orElseThrow(ResetRoutes::invalidLink);
  }

  private static Problem invalidLink() {
    return Problem.notFound("This link is no longer valid. Ask for a new one.");
  }
}
