package io.bookbell.server.invitation;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bookbell.hub.UserId;
import io.bookbell.server.web.ApiRequest;
import io.bookbell.server.web.ApiResponse;
import io.bookbell.server.web.ApiRouter;
import io.bookbell.server.web.JsonBody;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** {@code /api/invitations}. */
public final class InvitationRoutes {
  private static final int MOST_USES = 10_000;
  private static final Duration DEFAULT_LIFE = Duration.ofDays(14);

  private InvitationRoutes() {}

  public static void add(
      ApiRouter apiRouter, InvitationService invitationService, InstantSource clock) {
    apiRouter.postSecret(
        "/api/invitations",
        apiRequest -> new NewInvitation(terms(apiRequest, clock), apiRequest.publicUrl()),
        (tx, caller, newInvitation) -> {
          var createdInvitation = invitationService.create(tx, caller.user(), newInvitation.terms);
          String url = newInvitation.publicUrl + "/join#" + createdInvitation.token();
          return ApiResponse.created(new InvitationResponse(createdInvitation.invitation(), url));
        });
    apiRouter.get(
        "/api/invitations",
        apiRequest -> {
          var queryParameters = apiRequest.query();
          UserId creator = queryParameters.userId("creator_id");
          queryParameters.done();
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
          invitationService.revoke(tx, caller.user(), id);
          return ApiResponse.noContent();
        });
  }

  private static InvitationService.InvitationTerms terms(
      ApiRequest apiRequest, InstantSource clock) {
    JsonBody jsonBody = apiRequest.body();
    UserId creator = jsonBody.userId("creator_id");
    String kind = jsonBody.oneOf("kind", Invitation.SUPPORTER, Invitation.TEAM);
    var tier = jsonBody.optionalId("tier_id");
    int uses = jsonBody.optionalInteger("uses", 1, MOST_USES).orElse(1);
    var expires =
        jsonBody.optionalInstant("expires_at").orElseGet(() -> clock.instant().plus(DEFAULT_LIFE));
    boolean supporter = Invitation.SUPPORTER.equals(kind);
    jsonBody.check(
        "tier_id",
        supporter == tier.isPresent(),
        supporter ? "is required for supporters" : "is only for supporters");
    jsonBody.done();
    return new InvitationService.InvitationTerms(creator, kind, tier.orElse(null), uses, expires);
  }

  private record NewInvitation(InvitationService.InvitationTerms terms, String publicUrl) {}

  private record InvitationResponse(@JsonUnwrapped Invitation invitation, String url) {}

  private record InvitationList(List<Invitation> items) {}
}
