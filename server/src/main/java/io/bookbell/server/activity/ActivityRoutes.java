package io.bookbell.server.activity;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.Csv;
import io.bookbell.server.web.Mark;
import io.bookbell.server.web.PageRequest;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/activity}, as pages and as a file. */
public final class ActivityRoutes {
  private static final int LONGEST_KIND = 40;
  private static final int ROWS_AT_ONCE = 500;

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
          admins.require(tx, query.wanted.creator, caller.user());
          return Answer.ok(
              activity.list(tx, query.wanted.creator, query.wanted.filter, query.page));
        });
    api.csv("/api/activity.csv", ActivityRoutes::exported, table(activity, admins));
  }

  private static Csv.Table<Wanted> table(Activity activity, AdminCheck admins) {
    return new Csv.Table<>(
        "activity.csv",
        List.of("id", "created_at", "actor_id", "actor_name", "kind", "book_request_id", "detail"),
        (tx, caller, wanted, after) -> {
          admins.require(tx, wanted.creator, caller.user());
          return Csv.Piece.of(
              activity.lines(tx, wanted.creator, wanted.filter, after.map(Mark::id), ROWS_AT_ONCE),
              ROWS_AT_ONCE,
              line -> Mark.ofId(line.id()),
              ActivityRoutes::row);
        });
  }

  private static List<@Nullable Object> row(Activity.Item line) {
    return Arrays.asList(
        line.id(),
        line.createdAt(),
        line.actorId(),
        line.actorName(),
        line.kind(),
        line.bookRequestId(),
        line.detail());
  }

  private static Query query(Call call) {
    var query = call.query();
    var wanted = new Query(wanted(query), query.page());
    query.done();
    return wanted;
  }

  private static Wanted exported(Call call) {
    var query = call.query();
    var wanted = wanted(query);
    query.done();
    return wanted;
  }

  private static Wanted wanted(io.bookbell.server.web.Query query) {
    return new Wanted(
        query.userId("creator_id"),
        new Activity.Filter(
            query.optionalText("kind", LONGEST_KIND),
            query.optionalUserId("actor_id"),
            query.optionalInstant("from"),
            query.optionalInstant("to")));
  }

  private record Query(Wanted wanted, PageRequest page) {}

  private record Wanted(UserId creator, Activity.Filter filter) {}
}
