package io.bookbell.server.canned;

import io.bookbell.hub.UserId;
import io.bookbell.server.canned.CannedResponses.Changes;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Body;
import io.bookbell.server.web.Call;
import java.util.List;

/** {@code /api/canned-responses}. */
public final class CannedRoutes {
  private static final String PATH = "/api/canned-responses";
  private static final int LONGEST_NAME = 60;
  private static final int LONGEST_BODY = 4000;

  private CannedRoutes() {}

  public static void add(Api api, CannedResponses responses) {
    api.get(
        PATH,
        CannedRoutes::creator,
        (tx, caller, creator) -> Answer.ok(new Items(responses.list(tx, caller.user(), creator))));
    api.post(
        PATH,
        CannedRoutes::wanted,
        (tx, caller, wanted) ->
            Answer.created(
                responses.create(tx, caller.user(), wanted.creator, wanted.name, wanted.body)));
    api.patch(
        PATH + "/:id",
        CannedRoutes::change,
        (tx, caller, change) ->
            Answer.ok(responses.change(tx, caller.user(), change.id, change.changes)));
    api.delete(
        PATH + "/:id",
        call -> call.pathId("id"),
        (tx, caller, id) -> {
          responses.remove(tx, caller.user(), id);
          return Answer.noContent();
        });
  }

  private static UserId creator(Call call) {
    var query = call.query();
    UserId creator = query.userId("creator_id");
    query.done();
    return creator;
  }

  private static Wanted wanted(Call call) {
    Body body = call.body();
    var wanted =
        new Wanted(
            body.userId("creator_id"),
            body.line("name", 1, LONGEST_NAME),
            body.text("body", 1, LONGEST_BODY));
    body.done();
    return wanted;
  }

  private static Change change(Call call) {
    long id = call.pathId("id");
    Body body = call.body();
    var changes =
        new Changes(
            body.optionalLine("name", 1, LONGEST_NAME), body.optionalText("body", 1, LONGEST_BODY));
    body.done();
    return new Change(id, changes);
  }

  private record Wanted(UserId creator, String name, String body) {}

  private record Change(long id, Changes changes) {}

  private record Items(List<CannedResponse> items) {}
}
