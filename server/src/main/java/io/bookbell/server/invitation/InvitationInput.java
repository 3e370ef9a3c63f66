package io.bookbell.server.invitation;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.invitation.InvitationService.InvitationTerms;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What every route that invites reads from its body: who invites whom, as what. */
public record InvitationInput(
    UserId creator, String kind, @Nullable Long tier, @Nullable TeamRole role) {
  /** Reads the fields, and records an error for each that is wrong. */
  public static InvitationInput parse(JsonBody jsonBody) {
    UserId creator = jsonBody.requiredUserId("creator_id");
    String kind = jsonBody.requiredOneOf("kind", Invitation.SUPPORTER, Invitation.TEAM);
    Optional<Long> tier = jsonBody.optionalId("tier_id");
    boolean supporter = Invitation.SUPPORTER.equals(kind);
    jsonBody.checkField(
        "tier_id",
        supporter == tier.isPresent(),
        supporter ? "is required for supporters" : "is only for supporters");
    var role =
        jsonBody
            .optionalOneOf("team_role", TeamRole.WIRE_NAMES.toArray(String[]::new))
            .map(TeamRole::of);
    jsonBody.checkField("team_role", !supporter || role.isEmpty(), "is only for the team");
    return new InvitationInput(
        creator, kind, tier.orElse(null), role.orElse(supporter ? null : TeamRole.EVERYTHING));
  }

  /** Returns the terms of an invitation with this many uses, until it expires. */
  public InvitationTerms terms(int uses, Instant expiresAt) {
    return new InvitationTerms(creator, kind, tier, role, uses, expiresAt);
  }
}
