package io.bookbell.server.creator;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code /api/creators}, and the number of pending requests. */
public final class CreatorRoutes {
  private static final int MAX_NAME_LENGTH = 100;
  private static final int MAX_NOTICE_LENGTH = 500;
  private static final int MAX_RULES_LENGTH = 2000;

  private static final int MAX_ZONE_LENGTH = 60;

  private static final Set<String> ZONES = ZoneId.getAvailableZoneIds();

  private static final Pattern COLOUR = Pattern.compile("(#[0-9a-f]{6})?");

  private CreatorRoutes() {}

  public static void addRoutes(
      ApiRouter apiRouter,
      ProfileService profileService,
      CreatorStore creatorStore,
      CreatorRoles creatorRoles) {
    apiRouter.get(
        "/api/creators/:id",
        apiRequest -> apiRequest.pathUserId("id"),
        (tx, caller, creator) -> ApiResponse.ok(profileService.get(tx, caller.user(), creator)));
    apiRouter.patch(
        "/api/creators/:id",
        CreatorRoutes::parseUpdate,
        (tx, caller, profilePatch) ->
            ApiResponse.ok(
                profileService.update(
                    tx, caller.user(), profilePatch.creator, profilePatch.changes)));
    apiRouter.get(
        "/api/book-requests/pending-count",
        CreatorRoutes::parseOptionalCreatorId,
        (tx, caller, given) ->
            ApiResponse.ok(
                new PendingCountResponse(
                    countPending(tx, creatorStore, creatorRoles, caller.user(), given))));
  }

  private static Optional<UserId> parseOptionalCreatorId(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    Optional<UserId> creator = queryParameters.optionalUserId("creator_id");
    queryParameters.requireNoErrors();
    return creator;
  }

  private static int countPending(
      Transaction tx,
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      UserId user,
      Optional<UserId> given) {
    CreatorRow creator =
        creatorStore.get(
            tx, given.orElseGet(() -> requireSingle(creatorRoles.administeredCreators(tx, user))));
    creatorRoles.requireAdmin(tx, creator, user);
    return creator.pendingCount();
  }

  private static UserId requireSingle(Set<UserId> all) {
    if (all.isEmpty()) {
      throw Problem.notFound();
    }
    if (all.size() > 1) {
      throw Problem.validationFailed("creator_id", "is required: you answer for several creators");
    }
    return all.iterator().next();
  }

  private static ProfilePatch parseUpdate(ApiRequest apiRequest) {
    UserId creator = apiRequest.pathUserId("id");
    JsonBody jsonBody = apiRequest.jsonBody();
    var profileChanges =
        new ProfileService.ProfileChanges(
            jsonBody.optionalLine("name", 1, MAX_NAME_LENGTH),
            jsonBody.optionalBoolean("accepting"),
            jsonBody.optionalText("notice", 0, MAX_NOTICE_LENGTH),
            jsonBody.optionalText("rules", 0, MAX_RULES_LENGTH),
            jsonBody.optionalBoolean("shows_asked"),
            jsonBody.optionalBoolean("self_service"),
            jsonBody.optionalMatch("colour", COLOUR, "must be a colour such as #7a3b2e, or empty"),
            jsonBody.optionalLine("time_zone", 1, MAX_ZONE_LENGTH));
    jsonBody.checkField(
        "time_zone",
        profileChanges.timeZone().filter(zone -> !ZONES.contains(zone)).isEmpty(),
        "must be the name of a time zone such as Europe/Berlin");
    jsonBody.requireNoErrors();
    return new ProfilePatch(creator, profileChanges);
  }

  private record ProfilePatch(UserId creator, ProfileService.ProfileChanges changes) {}

  private record PendingCountResponse(int pendingCount) {}
}
