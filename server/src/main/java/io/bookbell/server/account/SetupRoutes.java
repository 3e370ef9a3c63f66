package io.bookbell.server.account;

import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.AnonymousRequestKey;
import io.bookbell.server.web.ApiRequest;
import io.bookbell.server.web.ApiResponse;
import io.bookbell.server.web.ApiRouter;
import io.bookbell.server.web.JsonBody;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** {@code /api/setup}: where the link of the first start leads. */
public final class SetupRoutes {
  private static final int LONGEST_NAME = 100;

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

  public void add(ApiRouter apiRouter) {
    apiRouter.openPost("/api/setup", (apiRequest, _) -> setUp(apiRequest));
  }

  private record SetupRequest(
      String token, String creatorName, AccountRequestParser.AccountRequest account) {}

  private static SetupRequest setup(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.body();
    var setupRequest =
        new SetupRequest(
            jsonBody.verbatim("token", 1, SecretTokens.LONGEST),
            jsonBody.line("creator_name", 1, LONGEST_NAME),
            AccountRequestParser.read(jsonBody));
    jsonBody.done();
    return setupRequest;
  }

  private CompletionStage<ApiResponse> setUp(ApiRequest apiRequest) {
    SetupRequest setupRequest = setup(apiRequest);
    String client = SignInService.SignInClient.at(apiRequest.clientAddress().network()).key();
    return signUpService
        .once(
            AnonymousRequestKey.of(apiRequest, Optional.empty()),
            () -> prepared(setupRequest, client))
        .thenApply(openedSession -> SessionResponses.of(openedSession, apiRequest.setter()));
  }

  private CompletionStage<SignUpService.SignUpWork> prepared(
      SetupRequest setupRequest, String client) {
    return database
        .read(
            tx -> {
              accountStore.requireSetup(tx, setupRequest.token);
              return setupRequest.account;
            })
        .thenCompose(accountRequest -> passwordHasher.hashNew(client, accountRequest))
        .thenApply(hash -> tx -> create(tx, setupRequest, hash));
  }

  private Account create(Transaction tx, SetupRequest setupRequest, String hash) {
    accountStore.takeSetup(tx, setupRequest.token);
    var wanted =
        new NewAccount(setupRequest.account.email(), setupRequest.account.displayName(), hash);
    Account account = accountStore.create(tx, wanted, true);
    creatorStore.create(tx, account.id(), setupRequest.creatorName);
    return account;
  }
}
