package io.bookbell.server.activity;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Csv;
import io.bookbell.server.http.PageCursor;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.Transaction;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/activity} and its CSV export. */
public final class ActivityRoutes {
  private static final int MAX_KIND_LENGTH = 40;
  private static final int ROWS_AT_ONCE = 500;

  private ActivityRoutes() {}

  /** Throws a problem unless the user is an admin of the creator. */
  @FunctionalInterface
  public interface AdminCheck {
    void requireAdmin(Transaction tx, UserId creator, UserId user);
  }

  public static void addRoutes(ApiRouter apiRouter, ActivityLog activityLog, AdminCheck admins) {
    apiRouter.get(
        "/api/activity",
        ActivityRoutes::parseListQuery,
        (tx, caller, activityPageQuery) -> {
          UserId creator = activityPageQuery.wanted.creator;
          var found =
              activityLog.listLater(
                  tx, creator, activityPageQuery.wanted.filter, activityPageQuery.page);
          admins.requireAdmin(tx, creator, caller.user());
          return ApiResponse.ok(found.get());
        });
    apiRouter.getCsv(
        "/api/activity.csv", ActivityRoutes::parseExport, csvTable(activityLog, admins));
  }

  private static Csv.CsvTable<ActivityQuery> csvTable(ActivityLog activityLog, AdminCheck admins) {
    return new Csv.CsvTable<>(
        "activity.csv",
        List.of(
            "id",
            "created_at",
            "actor_id",
            "actor_name",
            "kind",
            "book_request_id",
            "detail",
            "details"),
        (tx, caller, activityQuery, after) -> {
          admins.requireAdmin(tx, activityQuery.creator, caller.user());
          return Csv.CsvChunk.of(
              activityLog
                  .findLinesLater(
                      tx,
                      activityQuery.creator,
                      activityQuery.filter,
                      after.map(PageCursor::id),
                      ROWS_AT_ONCE)
                  .get(),
              ROWS_AT_ONCE,
              line -> PageCursor.ofId(line.id()),
              ActivityRoutes::toCsvRow);
        });
  }

  private static List<@Nullable Object> toCsvRow(ActivityLog.ActivityItem line) {
    return Arrays.asList(
        line.id(),
        line.createdAt(),
        line.actorId(),
        line.actorName(),
        line.kind().wireName(),
        line.bookRequestId(),
        line.detail(),
        Json.writeAsString(line.details()));
  }

  private static ActivityPageQuery parseListQuery(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    var wanted = new ActivityPageQuery(parseFilter(queryParameters), queryParameters.pageRequest());
    queryParameters.requireNoErrors();
    return wanted;
  }

  private static ActivityQuery parseExport(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    var activityQuery = parseFilter(queryParameters);
    queryParameters.requireNoErrors();
    return activityQuery;
  }

  private static ActivityQuery parseFilter(
      io.bookbell.server.http.QueryParameters queryParameters) {
    return new ActivityQuery(
        queryParameters.requiredUserId("creator_id"),
        new ActivityLog.ActivityFilter(
            queryParameters.optionalText("kind", MAX_KIND_LENGTH),
            queryParameters.optionalUserId("actor_id"),
            queryParameters.optionalInstant("from"),
            queryParameters.optionalInstant("to")));
  }

  private record ActivityPageQuery(ActivityQuery wanted, PageRequest page) {}

  private record ActivityQuery(UserId creator, ActivityLog.ActivityFilter filter) {}
}
