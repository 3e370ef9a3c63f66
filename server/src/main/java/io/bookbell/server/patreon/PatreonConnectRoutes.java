package io.bookbell.server.patreon;

import static java.util.concurrent.CompletableFuture.completedStage;
import static java.util.concurrent.CompletableFuture.failedStage;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountRequestParser;
import io.bookbell.server.account.PasswordConfirmation;
import io.bookbell.server.account.PasswordConfirmation.TypedPassword;
import io.bookbell.server.account.PasswordHasher;
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
import io.bookbell.server.patreon.PatreonConnectService.ConnectResult;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/patreon/connect}, {@code /finish} and {@code /join}: creators connect their
 * campaigns, supporters their own accounts, and people without an account here join or sign in with
 * theirs.
 */
public final class PatreonConnectRoutes {
  private static final int MAX_CODE_LENGTH = 1000;

  /** The view of the page to which Patreon sends people back. */
  private static final String RETURN_PATH = "/patreon";

  private final @Nullable PatreonConnectService connectService;
  private final SignUpService signUpService;
  private final PasswordHasher passwordHasher;
  private final PasswordConfirmation passwordConfirmation;

  /**
   * @param connectService empty if this server isn't registered at Patreon
   */
  public PatreonConnectRoutes(
      Optional<PatreonConnectService> connectService,
      SignUpService signUpService,
      PasswordHasher passwordHasher,
      PasswordConfirmation passwordConfirmation) {
    this.connectService = connectService.orElse(null);
    this.signUpService = signUpService;
    this.passwordHasher = passwordHasher;
    this.passwordConfirmation = passwordConfirmation;
  }

  public void addRoutes(ApiRouter apiRouter) {
    apiRouter.postOpen("/api/patreon/connect", this::beginConnecting);
    apiRouter.postOpen("/api/patreon/finish", this::finishConnecting);
    apiRouter.postOpen("/api/patreon/join", this::join);
  }

  private CompletionStage<ApiResponse> beginConnecting(
      ApiRequest apiRequest, Optional<Caller> caller) {
    JsonBody jsonBody = apiRequest.jsonBody();
    Optional<UserId> creator = jsonBody.optionalUserId("creator_id");
    TypedPassword typed = TypedPassword.of("password", jsonBody, apiRequest);
    jsonBody.requireNoErrors();
    if (connectService == null) {
      return failedStage(PatreonRoutes.off());
    }
    if (creator.isPresent() && caller.isEmpty()) {
      return failedStage(Problem.unauthorized("Sign in first."));
    }
    boolean isWayIn = caller.isPresent() && creator.isEmpty();
    CompletionStage<Boolean> allowed =
        isWayIn ? passwordConfirmation.requireOwner(caller.get(), typed) : completedStage(true);
    return allowed
        .thenCompose(
            _ -> connectService.begin(caller.map(Caller::user), creator, returnAddress(apiRequest)))
        .thenApply(url -> ApiResponse.ok(Map.of("url", url)));
  }

  private static String returnAddress(ApiRequest apiRequest) {
    return apiRequest.publicUrl() + RETURN_PATH;
  }

  private CompletionStage<ApiResponse> finishConnecting(
      ApiRequest apiRequest, Optional<Caller> caller) {
    JsonBody jsonBody = apiRequest.jsonBody();
    String code = jsonBody.requiredVerbatim("code", 1, MAX_CODE_LENGTH);
    String state = jsonBody.requiredVerbatim("state", 1, SecretTokens.MAX_LENGTH);
    jsonBody.requireNoErrors();
    if (connectService == null) {
      return failedStage(PatreonRoutes.off());
    }
    var client = apiRequest.clientDescription();
    var cookies = apiRequest.cookieSetter();
    return connectService
        .finish(
            caller,
            tx -> caller.ifPresent(known -> signUpService.lockCaller(tx, known)),
            code,
            state,
            returnAddress(apiRequest),
            apiRequest.publicUrl())
        .thenCompose(
            result ->
                result instanceof ConnectResult.KnownUser known
                    ? signUpService
                        .signUpOnce(
                            Optional.empty(), client, () -> connectService.prepareSignIn(known))
                        .thenApply(opened -> SessionResponses.of(opened, cookies))
                    : completedStage(ApiResponse.ok(result.toFields())));
  }

  private CompletionStage<ApiResponse> join(ApiRequest apiRequest, Optional<Caller> caller) {
    JsonBody jsonBody = apiRequest.jsonBody();
    String token = jsonBody.requiredVerbatim("token", 1, SecretTokens.MAX_LENGTH);
    var account = AccountRequestParser.parseAccount(jsonBody);
    jsonBody.requireNoErrors();
    PatreonConnectService service = connectService;
    if (service == null) {
      return failedStage(PatreonRoutes.off());
    }
    var hashRequest = PasswordHasher.HashRequest.of(apiRequest);
    var cookies = apiRequest.cookieSetter();
    return signUpService
        .signUpOnce(
            AnonymousRequestKey.of(apiRequest, caller),
            apiRequest.clientDescription(),
            () ->
                passwordHasher
                    .hashNewPassword(hashRequest, account)
                    .thenApply(hash -> service.prepareJoin(token, account, hash)))
        .thenApply(opened -> SessionResponses.of(opened, cookies));
  }
}
