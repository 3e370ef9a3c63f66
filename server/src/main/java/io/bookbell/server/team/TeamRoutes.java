package io.bookbell.server.team;

import io.bookbell.hub.UserId;
import io.bookbell.server.team.TeamService.MemberCandidate;
import io.bookbell.server.web.ApiRequest;
import io.bookbell.server.web.ApiResponse;
import io.bookbell.server.web.ApiRouter;
import io.bookbell.server.web.JsonBody;
import io.bookbell.server.web.Problem;
import java.util.List;
import java.util.Optional;

/** {@code /api/team}, and what the operator may know of the admin cache. */
public final class TeamRoutes {
  private TeamRoutes() {}

  public static void add(ApiRouter apiRouter, TeamService teamService, AdminCache adminCache) {
    apiRouter.get(
        "/api/team",
        TeamRoutes::creator,
        (tx, caller, creator) ->
            ApiResponse.ok(new TeamMemberList(teamService.members(tx, caller.user(), creator))));
    apiRouter.post(
        "/api/team/add",
        TeamRoutes::addition,
        (tx, caller, wanted) ->
            ApiResponse.created(
                teamService.add(tx, caller.user(), wanted.creator, wanted.candidate)));
    apiRouter.patch(
        "/api/team/:user_id",
        TeamRoutes::activation,
        (tx, caller, wanted) ->
            ApiResponse.ok(
                teamService.setActive(
                    tx, caller.user(), wanted.creator, wanted.member, wanted.active)));
    apiRouter.delete(
        "/api/team/:user_id",
        apiRequest -> new TeamMemberKey(creator(apiRequest), apiRequest.pathUser("user_id")),
        (tx, caller, teamMemberKey) -> {
          teamService.remove(tx, caller.user(), teamMemberKey.creator, teamMemberKey.member);
          return ApiResponse.noContent();
        });
    apiRouter.get(
        "/api/admin/cache-stats",
        apiRequest -> apiRequest,
        (tx, caller, apiRequest) -> {
          if (!caller.operator()) {
            throw Problem.notFound();
          }
          return ApiResponse.ok(adminCache.stats());
        });
  }

  private static UserId creator(ApiRequest apiRequest) {
    var queryParameters = apiRequest.query();
    UserId creator = queryParameters.userId("creator_id");
    queryParameters.done();
    return creator;
  }

  private static AddMemberRequest addition(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.body();
    UserId creator = jsonBody.userId("creator_id");
    Optional<UserId> user = jsonBody.optionalUserId("user_id");
    Optional<String> email = jsonBody.optionalEmail("email");
    jsonBody.check(
        "user_id", user.isPresent() != email.isPresent(), "or email is required, one of the two");
    jsonBody.done();
    MemberCandidate memberCandidate =
        user.<MemberCandidate>map(MemberCandidate.ById::new)
            .orElseGet(() -> new MemberCandidate.ByEmail(email.orElseThrow()));
    return new AddMemberRequest(creator, memberCandidate);
  }

  private static SetActiveRequest activation(ApiRequest apiRequest) {
    UserId member = apiRequest.pathUser("user_id");
    UserId creator = creator(apiRequest);
    JsonBody jsonBody = apiRequest.body();
    boolean active = jsonBody.bool("active");
    jsonBody.done();
    return new SetActiveRequest(creator, member, active);
  }

  private record TeamMemberList(List<TeamMember> members) {}

  private record AddMemberRequest(UserId creator, MemberCandidate candidate) {}

  private record TeamMemberKey(UserId creator, UserId member) {}

  private record SetActiveRequest(UserId creator, UserId member, boolean active) {}
}
