package io.bookbell.server.activity;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.PageRequest;

/** {@code /api/activity}. */
public final class ActivityRoutes {
  private ActivityRoutes() {}

  /** Refuses, with a problem, who is no admin of the creator. */
  @FunctionalInterface
  public interface AdminCheck {
    void require(Transaction tx, UserId creator, UserId user);
  }

  public static void add(Api api, Activity activity, AdminCheck admins) {
    api.get(
        "/api/activity",
        ActivityRoutes::query,
        (tx, caller, query) -> {
          admins.require(tx, query.creator, caller.user());
          return Answer.ok(activity.list(tx, query.creator, query.page));
        });
  }

  private static Query query(Call call) {
    var query = call.query();
    var wanted = new Query(query.userId("creator_id"), query.page());
    query.done();
    return wanted;
  }

  private record Query(UserId creator, PageRequest page) {}
}
