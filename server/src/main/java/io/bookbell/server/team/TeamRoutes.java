package io.bookbell.server.team;

import io.bookbell.hub.UserId;
import io.bookbell.server.team.Team.Candidate;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Body;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.Problem;
import java.util.List;
import java.util.Optional;

/** {@code /api/team}, and what the operator may know of the admin cache. */
public final class TeamRoutes {
  private TeamRoutes() {}

  public static void add(Api api, Team team, Admins admins) {
    api.get(
        "/api/team",
        TeamRoutes::creator,
        (tx, caller, creator) -> Answer.ok(new Members(team.members(tx, caller.user(), creator))));
    api.post(
        "/api/team/add",
        TeamRoutes::addition,
        (tx, caller, wanted) ->
            Answer.created(team.add(tx, caller.user(), wanted.creator, wanted.candidate)));
    api.patch(
        "/api/team/:user_id",
        TeamRoutes::activation,
        (tx, caller, wanted) ->
            Answer.ok(
                team.setActive(tx, caller.user(), wanted.creator, wanted.member, wanted.active)));
    api.delete(
        "/api/team/:user_id",
        call -> new Place(creator(call), call.pathUser("user_id")),
        (tx, caller, place) -> {
          team.remove(tx, caller.user(), place.creator, place.member);
          return Answer.noContent();
        });
    api.get(
        "/api/admin/cache-stats",
        call -> call,
        (tx, caller, call) -> {
          if (!caller.operator()) {
            throw Problem.notFound();
          }
          return Answer.ok(admins.stats());
        });
  }

  private static UserId creator(Call call) {
    var query = call.query();
    UserId creator = query.userId("creator_id");
    query.done();
    return creator;
  }

  private static Addition addition(Call call) {
    Body body = call.body();
    UserId creator = body.userId("creator_id");
    Optional<UserId> user = body.optionalUserId("user_id");
    Optional<String> email = body.optionalEmail("email");
    body.check(
        "user_id", user.isPresent() != email.isPresent(), "or email is required, one of the two");
    body.done();
    Candidate candidate =
        user.<Candidate>map(Candidate.ById::new)
            .orElseGet(() -> new Candidate.ByEmail(email.orElseThrow()));
    return new Addition(creator, candidate);
  }

  private static Activation activation(Call call) {
    UserId member = call.pathUser("user_id");
    UserId creator = creator(call);
    Body body = call.body();
    boolean active = body.bool("active");
    body.done();
    return new Activation(creator, member, active);
  }

  private record Members(List<TeamMember> members) {}

  private record Addition(UserId creator, Candidate candidate) {}

  private record Place(UserId creator, UserId member) {}

  private record Activation(UserId creator, UserId member, boolean active) {}
}
