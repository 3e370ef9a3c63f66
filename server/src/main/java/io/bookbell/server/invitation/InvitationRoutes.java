package io.bookbell.server.invitation;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bookbell.hub.UserId;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Body;
import io.bookbell.server.web.Call;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** {@code /api/invitations}. */
public final class InvitationRoutes {
  private static final int MOST_USES = 10_000;
  private static final Duration DEFAULT_LIFE = Duration.ofDays(14);

  private InvitationRoutes() {}

  public static void add(Api api, Invitations invitations, InstantSource clock) {
    api.postSecret(
        "/api/invitations",
        call -> new Wanted(terms(call, clock), call.publicUrl()),
        (tx, caller, wanted) -> {
          var created = invitations.create(tx, caller.user(), wanted.terms);
          String url = wanted.publicUrl + "/join#" + created.token();
          return Answer.created(new WithUrl(created.invitation(), url));
        });
    api.get(
        "/api/invitations",
        call -> {
          var query = call.query();
          UserId creator = query.userId("creator_id");
          query.done();
          return creator;
        },
        (tx, caller, creator) ->
            Answer.ok(new Items(invitations.list(tx, caller.user(), creator))));
    api.get(
        "/api/invitations/:id",
        call -> call.pathId("id"),
        (tx, caller, id) -> Answer.ok(invitations.get(tx, caller.user(), id)));
    api.delete(
        "/api/invitations/:id",
        call -> call.pathId("id"),
        (tx, caller, id) -> {
          invitations.revoke(tx, caller.user(), id);
          return Answer.noContent();
        });
  }

  private static Invitations.Terms terms(Call call, InstantSource clock) {
    Body body = call.body();
    UserId creator = body.userId("creator_id");
    String kind = body.oneOf("kind", Invitation.SUPPORTER, Invitation.TEAM);
    var tier = body.optionalId("tier_id");
    int uses = body.optionalInteger("uses", 1, MOST_USES).orElse(1);
    var expires =
        body.optionalInstant("expires_at").orElseGet(() -> clock.instant().plus(DEFAULT_LIFE));
    boolean supporter = Invitation.SUPPORTER.equals(kind);
    body.check(
        "tier_id",
        supporter == tier.isPresent(),
        supporter ? "is required for supporters" : "is only for supporters");
    body.done();
    return new Invitations.Terms(creator, kind, tier.orElse(null), uses, expires);
  }

  private record Wanted(Invitations.Terms terms, String publicUrl) {}

  private record WithUrl(@JsonUnwrapped Invitation invitation, String url) {}

  private record Items(List<Invitation> items) {}
}
