package io.bookbell.server.activity;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.ApiRequest;
import io.bookbell.server.web.ApiResponse;
import io.bookbell.server.web.ApiRouter;
import io.bookbell.server.web.Csv;
import io.bookbell.server.web.PageCursor;
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

  public static void add(ApiRouter apiRouter, ActivityLog activityLog, AdminCheck admins) {
    apiRouter.get(
        "/api/activity",
        ActivityRoutes::query,
        (tx, caller, activityPageQuery) -> {
          admins.require(tx, activityPageQuery.wanted.creator, caller.user());
          return ApiResponse.ok(
              activityLog.list(
                  tx,
                  activityPageQuery.wanted.creator,
                  activityPageQuery.wanted.filter,
                  activityPageQuery.page));
        });
    apiRouter.csv("/api/activity.csv", ActivityRoutes::exported, table(activityLog, admins));
  }

  private static Csv.CsvTable<ActivityQuery> table(ActivityLog activityLog, AdminCheck admins) {
    return new Csv.CsvTable<>(
        "activity.csv",
        List.of("id", "created_at", "actor_id", "actor_name", "kind", "book_request_id", "detail"),
        (tx, caller, activityQuery, after) -> {
          admins.require(tx, activityQuery.creator, caller.user());
          return Csv.CsvChunk.of(
              activityLog.lines(
                  tx,
                  activityQuery.creator,
                  activityQuery.filter,
                  after.map(PageCursor::id),
                  ROWS_AT_ONCE),
              ROWS_AT_ONCE,
              line -> PageCursor.ofId(line.id()),
              ActivityRoutes::row);
        });
  }

  private static List<@Nullable Object> row(ActivityLog.ActivityItem line) {
    return Arrays.asList(
        line.id(),
        line.createdAt(),
        line.actorId(),
        line.actorName(),
        line.kind(),
        line.bookRequestId(),
        line.detail());
  }

  private static ActivityPageQuery query(ApiRequest apiRequest) {
    var queryParameters = apiRequest.query();
    var wanted = new ActivityPageQuery(wanted(queryParameters), queryParameters.page());
    queryParameters.done();
    return wanted;
  }

  private static ActivityQuery exported(ApiRequest apiRequest) {
    var queryParameters = apiRequest.query();
    var activityQuery = wanted(queryParameters);
    queryParameters.done();
    return activityQuery;
  }

  private static ActivityQuery wanted(io.bookbell.server.web.QueryParameters queryParameters) {
    return new ActivityQuery(
        queryParameters.userId("creator_id"),
        new ActivityLog.ActivityFilter(
            queryParameters.optionalText("kind", LONGEST_KIND),
            queryParameters.optionalUserId("actor_id"),
            queryParameters.optionalInstant("from"),
            queryParameters.optionalInstant("to")));
  }

  private record ActivityPageQuery(ActivityQuery wanted, PageRequest page) {}

  private record ActivityQuery(UserId creator, ActivityLog.ActivityFilter filter) {}
}
