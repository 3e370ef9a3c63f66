package io.bookbell.server.passkey;

import io.bookbell.server.account.PasswordConfirmation;
import io.bookbell.server.account.PasswordConfirmation.TypedPassword;
import io.bookbell.server.account.SessionResponses;
import io.bookbell.server.account.SignInMethods;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.network.WebOrigin;
import io.bookbell.server.passkey.PasskeyService.CreationTerms;
import io.bookbell.server.storage.Database;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Map;

/** {@code /api/passkeys} and {@code /api/auth/passkey}. */
public final class PasskeyRoutes {
  private static final String PATH = "/api/passkeys";
  private static final String SIGN_IN = "/api/auth/passkey";
  private static final int MAX_NAME_LENGTH = 60;
  private static final String SITE_NAME = "Bookbell";
  private static final String TYPE = "public-key";

  private final Database database;
  private final PasskeyStore passkeyStore;
  private final PasskeyService passkeyService;
  private final SignInMethods signInWays;
  private final PasswordConfirmation passwordConfirmation;

  public PasskeyRoutes(
      Database database,
      PasskeyStore passkeyStore,
      PasskeyService passkeyService,
      SignInMethods signInWays,
      PasswordConfirmation passwordConfirmation) {
    this.database = database;
    this.passkeyStore = passkeyStore;
    this.passkeyService = passkeyService;
    this.signInWays = signInWays;
    this.passwordConfirmation = passwordConfirmation;
  }

  public void addRoutes(ApiRouter apiRouter) {
    addSignInRoutes(apiRouter);
    addOwnRoutes(apiRouter);
  }

  private void addSignInRoutes(ApiRouter apiRouter) {
    apiRouter.postOpen(
        SIGN_IN + "/options",
        (apiRequest, _) -> {
          apiRequest.jsonBody().requireNoErrors();
          String host = apiRequest.publicOrigin().host();
          return database
              .writeFromReserve(passkeyService::beginSignIn)
              .thenApply(challenge -> ApiResponse.ok(signInOptions(challenge, host)));
        });
    apiRouter.postOpen(
        SIGN_IN,
        (apiRequest, _) -> {
          JsonBody jsonBody = apiRequest.jsonBody();
          String credential = jsonBody.requiredObject("credential");
          jsonBody.requireNoErrors();
          return passkeyService
              .signIn(credential, apiRequest.publicOrigin(), apiRequest.clientDescription())
              .thenApply(session -> SessionResponses.of(session, apiRequest.cookieSetter()));
        });
  }

  private void addOwnRoutes(ApiRouter apiRouter) {
    apiRouter.addAsync(
        HttpMethod.POST,
        PATH + "/options",
        RateLimit.ACCOUNT,
        PasskeyRoutes::parseBeginning,
        (caller, begun) ->
            passwordConfirmation
                .requireOwner(caller, begun.typed)
                .thenCompose(
                    _ -> database.writeFromReserve(tx -> passkeyService.beginCreation(tx, caller)))
                .thenApply(terms -> ApiResponse.ok(creationOptions(terms, begun.host))));
    apiRouter.addAsync(
        HttpMethod.POST,
        PATH,
        RateLimit.ACCOUNT,
        PasskeyRoutes::parseNew,
        (caller, wanted) ->
            passkeyService
                .create(caller, wanted.name, wanted.credential, wanted.origin)
                .thenApply(ApiResponse::created));
    apiRouter.get(
        PATH,
        apiRequest -> {
          apiRequest.queryParameters().requireNoErrors();
          return apiRequest;
        },
        (tx, caller, _) -> ApiResponse.ok(new PasskeyList(passkeyStore.list(tx, caller.user()))));
    apiRouter.deleteFromReserve(
        PATH + "/:id",
        apiRequest -> apiRequest.pathId("id"),
        (tx, caller, id) -> {
          caller.requireOwnSession();
          signInWays.lockAccount(tx, caller.user());
          if (!passkeyStore.remove(tx, caller.user(), id)) {
            throw Problem.notFound();
          }
          signInWays.requireSome(tx, caller.user());
          return ApiResponse.noContent();
        });
  }

  private record BeginningRequest(TypedPassword typed, String host) {}

  private static BeginningRequest parseBeginning(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var begun =
        new BeginningRequest(
            TypedPassword.of("password", jsonBody, apiRequest), apiRequest.publicOrigin().host());
    jsonBody.requireNoErrors();
    return begun;
  }

  private record NewPasskeyRequest(String name, String credential, WebOrigin origin) {}

  private static NewPasskeyRequest parseNew(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var wanted =
        new NewPasskeyRequest(
            jsonBody.requiredLine("name", 1, MAX_NAME_LENGTH),
            jsonBody.requiredObject("credential"),
            apiRequest.publicOrigin());
    jsonBody.requireNoErrors();
    return wanted;
  }

  private record PasskeyList(List<Passkey> items) {}

  /** PublicKeyCredentialRequestOptionsJSON: maps, because its names are WebAuthn's. */
  private static Map<String, Object> signInOptions(String challenge, String host) {
    return Map.of(
        "challenge",
        challenge,
        "rpId",
        host,
        "timeout",
        PasskeyStore.CHALLENGE_LIFETIME.toMillis(),
        "userVerification",
        "required");
  }

  /** PublicKeyCredentialCreationOptionsJSON. */
  private static Map<String, Object> creationOptions(CreationTerms terms, String host) {
    return Map.of(
        "challenge",
        terms.challenge(),
        "rp",
        Map.of("id", host, "name", SITE_NAME),
        "user",
        Map.of(
            "id",
            terms.userHandle(),
            "name",
            terms.account().email(),
            "displayName",
            terms.account().displayName()),
        "pubKeyCredParams",
        PasskeyVerifier.ALGORITHMS.stream()
            .map(algorithm -> Map.of("type", TYPE, "alg", algorithm.getValue()))
            .toList(),
        "excludeCredentials",
        terms.known().stream().map(id -> Map.of("type", TYPE, "id", id)).toList(),
        "authenticatorSelection",
        Map.of(
            "residentKey", "required", "requireResidentKey", true, "userVerification", "required"),
        "attestation",
        "none",
        "timeout",
        PasskeyStore.CHALLENGE_LIFETIME.toMillis());
  }
}
