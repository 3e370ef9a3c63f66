package io.bookbell.server.team;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.Problem;
import io.bookbell.server.team.TeamService.MemberCandidate;
import java.util.List;
import java.util.Optional;

/** {@code /api/team}, and the admin cache's statistics for the operator. */
public final class TeamRoutes {
  private TeamRoutes() {}

  public static void addRoutes(
      ApiRouter apiRouter, TeamService teamService, AdminCache adminCache) {
    apiRouter.get(
        "/api/team",
        TeamRoutes::parseCreatorId,
        (tx, caller, creator) ->
            ApiResponse.ok(
                new TeamMemberList(teamService.listMembers(tx, caller.user(), creator))));
    apiRouter.post(
        "/api/team/add",
        TeamRoutes::parseAddition,
        (tx, caller, wanted) ->
            ApiResponse.created(
                teamService.addCandidate(
                    tx, caller.user(), wanted.creator, wanted.candidate, wanted.role)));
    apiRouter.patch(
        "/api/team/:user_id",
        TeamRoutes::parseUpdate,
        (tx, caller, wanted) ->
            ApiResponse.ok(
                teamService.change(
                    tx, caller.user(), wanted.key.creator, wanted.key.member, wanted.changes)));
    apiRouter.delete(
        "/api/team/:user_id",
        apiRequest ->
            new TeamMemberKey(parseCreatorId(apiRequest), apiRequest.pathUserId("user_id")),
        (tx, caller, teamMemberKey) -> {
          teamService.removeMember(tx, caller.user(), teamMemberKey.creator, teamMemberKey.member);
          return ApiResponse.noContent();
        });
    apiRouter.delete(
        "/api/me/teams/:creator_id",
        TeamRoutes::parseOwn,
        (tx, caller, creator) -> {
          teamService.leave(tx, caller.user(), creator);
          return ApiResponse.noContent();
        });
    apiRouter.get(
        "/api/admin/cache-stats",
        apiRequest -> apiRequest,
        (tx, caller, apiRequest) -> {
          if (!caller.operator()) {
            throw Problem.notFound();
          }
          return ApiResponse.ok(adminCache.cacheStats());
        });
  }

  private static UserId parseCreatorId(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    UserId creator = queryParameters.requiredUserId("creator_id");
    queryParameters.requireNoErrors();
    return creator;
  }

  private static UserId parseOwn(ApiRequest apiRequest) {
    UserId creator = apiRequest.pathUserId("creator_id");
    apiRequest.jsonBody().requireNoErrors();
    return creator;
  }

  private static AddMemberRequest parseAddition(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    UserId creator = jsonBody.requiredUserId("creator_id");
    Optional<UserId> user = jsonBody.optionalUserId("user_id");
    Optional<String> email = jsonBody.optionalEmail("email");
    Optional<TeamRole> role = optionalRole(jsonBody);
    jsonBody.checkField(
        "user_id", user.isPresent() != email.isPresent(), "or email is required, one of the two");
    jsonBody.requireNoErrors();
    MemberCandidate memberCandidate =
        user.<MemberCandidate>map(MemberCandidate.ById::new)
            .orElseGet(() -> new MemberCandidate.ByEmail(email.orElseThrow()));
    return new AddMemberRequest(creator, memberCandidate, role.orElse(TeamRole.EVERYTHING));
  }

  private static MemberUpdate parseUpdate(ApiRequest apiRequest) {
    UserId member = apiRequest.pathUserId("user_id");
    UserId creator = parseCreatorId(apiRequest);
    JsonBody jsonBody = apiRequest.jsonBody();
    var changes =
        new TeamService.MemberChanges(jsonBody.optionalBoolean("active"), optionalRole(jsonBody));
    jsonBody.checkField(
        "active",
        changes.active().isPresent() || changes.role().isPresent(),
        "or role is required");
    jsonBody.requireNoErrors();
    return new MemberUpdate(new TeamMemberKey(creator, member), changes);
  }

  private static Optional<TeamRole> optionalRole(JsonBody jsonBody) {
    return jsonBody
        .optionalOneOf("role", TeamRole.WIRE_NAMES.toArray(String[]::new))
        .map(TeamRole::of);
  }

  private record TeamMemberList(List<TeamMember> members) {}

  private record AddMemberRequest(UserId creator, MemberCandidate candidate, TeamRole role) {}

  private record TeamMemberKey(UserId creator, UserId member) {}

  private record MemberUpdate(TeamMemberKey key, TeamService.MemberChanges changes) {}
}
