package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.PageRequest;
import io.bookbell.server.web.Rate;

/** {@code /api/book-requests}: what was asked for already, and following it. */
public final class FollowRoutes {
  private static final int LONGEST_TEXT = 600;

  private FollowRoutes() {}

  /** To be added before the routes that have an id in the same place. */
  public static void add(Api api, AskedBooks asked, Following following) {
    api.get(
        "/api/book-requests/asked",
        FollowRoutes::search,
        (tx, caller, wanted) ->
            Answer.ok(asked.find(tx, caller.user(), wanted.creator, wanted.text)));
    api.get(
        "/api/book-requests/following",
        FollowRoutes::page,
        (tx, caller, page) -> Answer.ok(asked.followed(tx, caller.user(), page)));
    api.post(
        "/api/book-requests/:id/follow",
        Rate.FOLLOW,
        FollowRoutes::which,
        (tx, caller, id) -> Answer.ok(following.follow(tx, caller.user(), id)));
    api.delete(
        "/api/book-requests/:id/follow",
        call -> call.pathId("id"),
        (tx, caller, id) -> {
          following.unfollow(tx, caller.user(), id);
          return Answer.noContent();
        });
  }

  private static Search search(Call call) {
    var query = call.query();
    var wanted =
        new Search(query.userId("creator_id"), query.optionalText("q", LONGEST_TEXT).orElse(""));
    query.done();
    return wanted;
  }

  private static PageRequest page(Call call) {
    var query = call.query();
    PageRequest page = query.page();
    query.done();
    return page;
  }

  private static long which(Call call) {
    long id = call.pathId("id");
    call.body().done();
    return id;
  }

  private record Search(UserId creator, String text) {}
}
