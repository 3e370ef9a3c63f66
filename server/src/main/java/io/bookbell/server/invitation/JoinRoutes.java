package io.bookbell.server.invitation;

import io.bookbell.server.account.Account;
import io.bookbell.server.account.AccountRequestParser;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.account.PasswordHasher;
import io.bookbell.server.account.PasswordSignInSetting;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.account.SessionResponses;
import io.bookbell.server.account.SignUpService;
import io.bookbell.server.http.AnonymousRequestKey;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Database;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** {@code /api/auth/accept}: joins by an invitation link, with or without an account. */
public final class JoinRoutes {
  private final Database database;
  private final AccountStore accountStore;
  private final PasswordHasher passwordHasher;
  private final SignUpService signUpService;
  private final InvitationService invitationService;
  private final PasswordSignInSetting passwordSignInSetting = new PasswordSignInSetting();

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

  public void addRoutes(ApiRouter apiRouter) {
    apiRouter.postOpen("/api/auth/accept", this::acceptInvitation);
  }

  private CompletionStage<ApiResponse> acceptInvitation(
      ApiRequest apiRequest, Optional<Caller> caller) {
    return signUpService
        .signUpOnce(
            AnonymousRequestKey.of(apiRequest, caller),
            caller,
            apiRequest.clientDescription(),
            prepareJoin(apiRequest, caller))
        .thenApply(openedSession -> SessionResponses.of(openedSession, apiRequest.cookieSetter()));
  }

  /**
   * Parses the request. A parse error is only thrown when the result is called, because a repeated
   * request must be answered even if its body no longer fits: the first response has set a session
   * cookie, and with a session the body is parsed differently.
   */
  private Supplier<CompletionStage<SignUpService.SignUpWork>> prepareJoin(
      ApiRequest apiRequest, Optional<Caller> caller) {
    try {
      JsonBody jsonBody = apiRequest.jsonBody();
      String token = jsonBody.requiredVerbatim("token", 1, SecretTokens.MAX_LENGTH);
      if (caller.isPresent()) {
        jsonBody.requireNoErrors();
        return () -> joinAsUser(token, caller.get());
      }
      var accountRequest = AccountRequestParser.parseAccount(jsonBody);
      jsonBody.requireNoErrors();
      var hashRequest = PasswordHasher.HashRequest.of(apiRequest);
      return () -> joinAsNewUser(token, accountRequest, hashRequest);
    } catch (Problem problem) {
      return () -> CompletableFuture.failedStage(problem);
    }
  }

  private CompletionStage<SignUpService.SignUpWork> joinAsUser(String token, Caller caller) {
    return CompletableFuture.completedStage(
        tx -> {
          invitationService.acceptInvitation(tx, caller.user(), token);
          return signUpService.lockCaller(tx, caller);
        });
  }

  private CompletionStage<SignUpService.SignUpWork> joinAsNewUser(
      String token,
      AccountRequestParser.AccountRequest accountRequest,
      PasswordHasher.HashRequest hashRequest) {
    return database
        .read(
            tx -> {
              passwordSignInSetting.requireOn(tx);
              invitationService.requireUsable(tx, token);
              return accountRequest;
            })
        .thenCompose(allowed -> passwordHasher.hashNewPassword(hashRequest, allowed))
        .thenApply(
            hash -> new NewAccount(accountRequest.email(), accountRequest.displayName(), hash))
        .thenApply(
            account ->
                tx -> {
                  Account created = accountStore.create(tx, account, false);
                  invitationService.acceptInvitation(tx, created.id(), token);
                  return created;
                });
  }
}
