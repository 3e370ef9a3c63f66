package io.bookbell.server.creator;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Body;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.Problem;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code /api/creators}, and the count of requests that wait for a creator. */
public final class CreatorRoutes {
  private static final int LONGEST_NAME = 100;
  private static final int LONGEST_NOTICE = 500;
  private static final int LONGEST_RULES = 2000;

  private static final Pattern COLOUR = Pattern.compile("(#[0-9a-f]{6})?");

  private CreatorRoutes() {}

  public static void add(Api api, Profile profile, Creators creators, Roles roles) {
    api.get(
        "/api/creators/:id",
        call -> call.pathUser("id"),
        (tx, caller, creator) -> Answer.ok(profile.get(tx, caller.user(), creator)));
    api.patch(
        "/api/creators/:id",
        CreatorRoutes::change,
        (tx, caller, wanted) ->
            Answer.ok(profile.change(tx, caller.user(), wanted.creator, wanted.changes)));
    api.get(
        "/api/book-requests/pending-count",
        CreatorRoutes::creatorIfGiven,
        (tx, caller, given) ->
            Answer.ok(new PendingCount(pending(tx, creators, roles, caller.user(), given))));
  }

  private static Optional<UserId> creatorIfGiven(Call call) {
    var query = call.query();
    Optional<UserId> creator = query.optionalUserId("creator_id");
    query.done();
    return creator;
  }

  private static int pending(
      Transaction tx, Creators creators, Roles roles, UserId user, Optional<UserId> given) {
    CreatorRow creator = creators.get(tx, given.orElseGet(() -> only(roles.adminOf(tx, user))));
    roles.requireAdmin(tx, creator, user);
    return creator.pendingCount();
  }

  private static UserId only(Set<UserId> all) {
    if (all.isEmpty()) {
      throw Problem.notFound();
    }
    if (all.size() > 1) {
      throw Problem.validation("creator_id", "is required: you answer for several creators");
    }
    return all.iterator().next();
  }

  private static Wanted change(Call call) {
    UserId creator = call.pathUser("id");
    Body body = call.body();
    var changes =
        new Profile.Changes(
            body.optionalLine("name", 1, LONGEST_NAME),
            body.optionalBool("accepting"),
            body.optionalText("notice", 0, LONGEST_NOTICE),
            body.optionalText("rules", 0, LONGEST_RULES),
            body.optionalBool("shows_asked"),
            body.optionalBool("self_service"),
            body.optionalMatch("colour", COLOUR, "must be a colour such as #7a3b2e, or empty"));
    body.done();
    return new Wanted(creator, changes);
  }

  private record Wanted(UserId creator, Profile.Changes changes) {}

  private record PendingCount(int pendingCount) {}
}
