package io.bookbell.server.invitation;

import io.bookbell.server.account.Account;
import io.bookbell.server.account.AccountRequestParser;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.account.PasswordHasher;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.account.SessionResponses;
import io.bookbell.server.account.SignInService;
import io.bookbell.server.account.SignUpService;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.AnonymousRequestKey;
import io.bookbell.server.web.ApiRequest;
import io.bookbell.server.web.ApiResponse;
import io.bookbell.server.web.ApiRouter;
import io.bookbell.server.web.Caller;
import io.bookbell.server.web.JsonBody;
import io.bookbell.server.web.Problem;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** {@code /api/auth/accept}: where an invitation link leads. */
public final class JoinRoutes {
  private final Database database;
  private final AccountStore accountStore;
  private final PasswordHasher passwordHasher;
  private final SignUpService signUpService;
  private final InvitationService invitationService;

  public JoinRoutes(
      Database database,
      AccountStore accountStore,
      PasswordHasher passwordHasher,
      SignUpService signUpService,
      InvitationService invitationService) {
    this.database = database;
    this.accountStore = accountStore;
    this.passwordHasher = passwordHasher;
    this.signUpService = signUpService;
    this.invitationService = invitationService;
  }

  public void add(ApiRouter apiRouter) {
    apiRouter.openPost("/api/auth/accept", this::accept);
  }

  private CompletionStage<ApiResponse> accept(ApiRequest apiRequest, Optional<Caller> caller) {
    return signUpService
        .once(AnonymousRequestKey.of(apiRequest, caller), work(apiRequest, caller))
        .thenApply(openedSession -> SessionResponses.of(openedSession, apiRequest.setter()));
  }

  /**
   * What the call wants. A repetition is answered before it is looked at whether the body fits: the
   * session that the first call opened may be there now.
   */
  private Supplier<CompletionStage<SignUpService.SignUpWork>> work(
      ApiRequest apiRequest, Optional<Caller> caller) {
    try {
      JsonBody jsonBody = apiRequest.body();
      String token = jsonBody.verbatim("token", 1, SecretTokens.LONGEST);
      if (caller.isPresent()) {
        jsonBody.done();
        return () -> asUser(token, caller.get());
      }
      var accountRequest = AccountRequestParser.read(jsonBody);
      jsonBody.done();
      String client = SignInService.SignInClient.at(apiRequest.clientAddress().network()).key();
      return () -> asNewcomer(token, accountRequest, client);
    } catch (Problem problem) {
      return () -> CompletableFuture.failedStage(problem);
    }
  }

  private CompletionStage<SignUpService.SignUpWork> asUser(String token, Caller caller) {
    return CompletableFuture.completedStage(
        tx -> join(tx, accountStore.get(tx, caller.user()), token));
  }

  private CompletionStage<SignUpService.SignUpWork> asNewcomer(
      String token, AccountRequestParser.AccountRequest accountRequest, String client) {
    return database
        .read(
            tx -> {
              invitationService.requireUsable(tx, token);
              return accountRequest;
            })
        .thenCompose(allowed -> passwordHasher.hashNew(client, allowed))
        .thenApply(
            hash -> new NewAccount(accountRequest.email(), accountRequest.displayName(), hash))
        .thenApply(account -> tx -> join(tx, accountStore.create(tx, account, false), token));
  }

  private Account join(Transaction tx, Account account, String token) {
    invitationService.accept(tx, account.id(), token);
    return account;
  }
}
