package io.bookbell.server.account;

import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.AnonymousRequestKey;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * {@code /api/setup}: creates the first account from the link that the server prints at its first
 * start.
 */
public final class SetupRoutes {
  private static final int MAX_NAME_LENGTH = 100;

  private final Database database;
  private final AccountStore accountStore;
  private final CreatorStore creatorStore;
  private final PasswordHasher passwordHasher;
  private final SignUpService signUpService;

  public SetupRoutes(
      Database database,
      AccountStore accountStore,
      CreatorStore creatorStore,
      PasswordHasher passwordHasher,
      SignUpService signUpService) {
    this.database = database;
    this.accountStore = accountStore;
    this.creatorStore = creatorStore;
    this.passwordHasher = passwordHasher;
    this.signUpService = signUpService;
  }

  public void addRoutes(ApiRouter apiRouter) {
    apiRouter.postOpen("/api/setup", (apiRequest, _) -> completeSetup(apiRequest));
  }

  private record SetupRequest(
      String token, String creatorName, AccountRequestParser.AccountRequest account) {}

  private static SetupRequest parseSetup(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var setupRequest =
        new SetupRequest(
            jsonBody.requiredVerbatim("token", 1, SecretTokens.MAX_LENGTH),
            jsonBody.requiredLine("creator_name", 1, MAX_NAME_LENGTH),
            AccountRequestParser.parseAccount(jsonBody));
    jsonBody.requireNoErrors();
    return setupRequest;
  }

  private CompletionStage<ApiResponse> completeSetup(ApiRequest apiRequest) {
    SetupRequest setupRequest = parseSetup(apiRequest);
    var hashRequest = PasswordHasher.HashRequest.of(apiRequest);
    return signUpService
        .signUpOnce(
            AnonymousRequestKey.of(apiRequest, Optional.empty()),
            apiRequest.clientDescription(),
            () -> prepareSetup(setupRequest, hashRequest))
        .thenApply(openedSession -> SessionResponses.of(openedSession, apiRequest.cookieSetter()));
  }

  private CompletionStage<SignUpService.SignUpWork> prepareSetup(
      SetupRequest setupRequest, PasswordHasher.HashRequest hashRequest) {
    return database
        .read(
            tx -> {
              accountStore.requireSetupToken(tx, setupRequest.token);
              return setupRequest.account;
            })
        .thenCompose(accountRequest -> passwordHasher.hashNewPassword(hashRequest, accountRequest))
        .thenApply(hash -> tx -> createFirstAccount(tx, setupRequest, hash));
  }

  private Account createFirstAccount(Transaction tx, SetupRequest setupRequest, String hash) {
    accountStore.consumeSetupToken(tx, setupRequest.token);
    var wanted =
        new NewAccount(setupRequest.account.email(), setupRequest.account.displayName(), hash);
    Account account = accountStore.create(tx, wanted, true);
    creatorStore.create(tx, account.id(), setupRequest.creatorName);
    return account;
  }
}
