package io.bookbell.server.invitation;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.RateLimit;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** {@code /api/invitations}. */
public final class InvitationRoutes {
  private static final int MAX_USES = 10_000;
  private static final Duration DEFAULT_LIFETIME = Duration.ofDays(14);

  private InvitationRoutes() {}

  public static void addRoutes(
      ApiRouter apiRouter, InvitationService invitationService, InstantSource clock) {
    apiRouter.postSecret(
        "/api/invitations",
        RateLimit.WRITE,
        apiRequest -> new NewInvitation(parseTerms(apiRequest, clock), apiRequest.publicUrl()),
        (tx, caller, newInvitation) -> {
          var createdInvitation = invitationService.create(tx, caller.user(), newInvitation.terms);
          String url = newInvitation.publicUrl + "/join#" + createdInvitation.token();
          return ApiResponse.created(new InvitationResponse(createdInvitation.invitation(), url));
        });
    apiRouter.get(
        "/api/invitations",
        apiRequest -> {
          var queryParameters = apiRequest.queryParameters();
          UserId creator = queryParameters.requiredUserId("creator_id");
          queryParameters.requireNoErrors();
          return creator;
        },
        (tx, caller, creator) ->
            ApiResponse.ok(new InvitationList(invitationService.list(tx, caller.user(), creator))));
    apiRouter.get(
        "/api/invitations/:id",
        apiRequest -> apiRequest.pathId("id"),
        (tx, caller, id) -> ApiResponse.ok(invitationService.get(tx, caller.user(), id)));
    apiRouter.delete(
        "/api/invitations/:id",
        apiRequest -> apiRequest.pathId("id"),
        (tx, caller, id) -> {
          invitationService.revokeInvitation(tx, caller.user(), id);
          return ApiResponse.noContent();
        });
  }

  private static InvitationService.InvitationTerms parseTerms(
      ApiRequest apiRequest, InstantSource clock) {
    JsonBody jsonBody = apiRequest.jsonBody();
    InvitationInput input = InvitationInput.parse(jsonBody);
    int uses = jsonBody.optionalInteger("uses", 1, MAX_USES).orElse(1);
    var expires =
        jsonBody
            .optionalInstant("expires_at")
            .orElseGet(() -> clock.instant().plus(DEFAULT_LIFETIME));
    jsonBody.requireNoErrors();
    return input.terms(uses, expires);
  }

  private record NewInvitation(InvitationService.InvitationTerms terms, String publicUrl) {}

  private record InvitationResponse(@JsonUnwrapped Invitation invitation, String url) {}

  private record InvitationList(List<Invitation> items) {}
}
