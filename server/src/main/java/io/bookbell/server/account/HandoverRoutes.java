package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.HandoverService.TakeOver;
import io.bookbell.server.account.HandoverStore.HandoverLink;
import io.bookbell.server.account.HandoverStore.PendingHandover;
import io.bookbell.server.account.PasswordConfirmation.TypedPassword;
import io.bookbell.server.http.AnonymousRequestKey;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.RateLimit;
import io.vertx.core.http.HttpMethod;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code /api/creators/{id}/handover}, and {@code /api/auth/take-over} for the new owner. */
public final class HandoverRoutes {
  private static final String PATH = "/api/creators/:id/handover";

  private final HandoverService handoverService;
  private final SignUpService signUpService;

  public HandoverRoutes(HandoverService handoverService, SignUpService signUpService) {
    this.handoverService = handoverService;
    this.signUpService = signUpService;
  }

  public void addRoutes(ApiRouter apiRouter) {
    apiRouter.addAsync(
        HttpMethod.POST,
        PATH,
        RateLimit.ACCOUNT,
        HandoverRoutes::parseStart,
        (caller, wanted) ->
            handoverService
                .start(caller, wanted.creator, wanted.email, wanted.typed)
                .thenApply(
                    link -> ApiResponse.created(HandoverLinkResponse.of(link, wanted.publicUrl))));
    apiRouter.get(
        PATH,
        HandoverRoutes::parseCreator,
        (tx, caller, creator) ->
            ApiResponse.ok(
                new StateResponse(
                    handoverService
                        .find(tx, caller.user(), creator)
                        .map(PendingResponse::of)
                        .orElse(null))));
    apiRouter.delete(
        PATH,
        HandoverRoutes::parseCreator,
        (tx, caller, creator) -> {
          handoverService.cancel(tx, caller.user(), creator);
          return ApiResponse.noContent();
        });
    apiRouter.postOpen("/api/auth/take-over", (apiRequest, _) -> takeOver(apiRequest));
  }

  private CompletionStage<ApiResponse> takeOver(ApiRequest apiRequest) {
    TakeOver wanted = parseTakeOver(apiRequest);
    var hashRequest = PasswordHasher.HashRequest.of(apiRequest);
    return signUpService
        .signUpOnce(
            AnonymousRequestKey.of(apiRequest, Optional.empty()),
            apiRequest.clientDescription(),
            () -> handoverService.prepareTakeOver(wanted, hashRequest))
        .thenApply(openedSession -> SessionResponses.of(openedSession, apiRequest.cookieSetter()));
  }

  private static TakeOver parseTakeOver(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var wanted =
        new TakeOver(
            jsonBody.requiredVerbatim("token", 1, SecretTokens.MAX_LENGTH),
            jsonBody.requiredLine("display_name", 1, AccountRequestParser.MAX_NAME_LENGTH),
            jsonBody.requiredVerbatim(
                "password", PasswordPolicy.MIN_LENGTH, PasswordPolicy.MAX_LENGTH));
    jsonBody.requireNoErrors();
    return wanted;
  }

  private static StartRequest parseStart(ApiRequest apiRequest) {
    UserId creator = apiRequest.pathUserId("id");
    JsonBody jsonBody = apiRequest.jsonBody();
    var wanted =
        new StartRequest(
            creator,
            AccountRequestParser.parseEmail(jsonBody),
            TypedPassword.of("password", jsonBody, apiRequest),
            apiRequest.publicUrl());
    jsonBody.requireNoErrors();
    return wanted;
  }

  private static UserId parseCreator(ApiRequest apiRequest) {
    UserId creator = apiRequest.pathUserId("id");
    apiRequest.jsonBody().requireNoErrors();
    return creator;
  }

  private record StartRequest(
      UserId creator, String email, TypedPassword typed, String publicUrl) {}

  /** The open link; null if there is none. */
  private record StateResponse(@Nullable PendingResponse pending) {}

  private record PendingResponse(String email, Instant expiresAt) {
    static PendingResponse of(PendingHandover pending) {
      return new PendingResponse(pending.email(), pending.expiresAt());
    }
  }

  private record HandoverLinkResponse(String email, Instant expiresAt, String url) {
    static HandoverLinkResponse of(HandoverLink link, String publicUrl) {
      PendingHandover pending = link.pending();
      return new HandoverLinkResponse(
          pending.email(), pending.expiresAt(), publicUrl + "/handover#" + link.token());
    }

    /** Without the secret. */
    @Override
    public String toString() {
      return "HandoverLinkResponse[" + email + "]";
    }
  }
}
