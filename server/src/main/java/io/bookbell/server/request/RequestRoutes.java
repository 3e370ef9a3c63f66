package io.bookbell.server.request;

import static java.util.stream.Collectors.toSet;

import io.bookbell.hub.UserId;
import io.bookbell.server.request.BookRequestService.Decision;
import io.bookbell.server.request.BookRequestService.NewRequest;
import io.bookbell.server.request.RequestListService.RequestListQuery;
import io.bookbell.server.web.ApiRequest;
import io.bookbell.server.web.ApiResponse;
import io.bookbell.server.web.ApiRouter;
import io.bookbell.server.web.JsonBody;
import io.bookbell.server.web.PageCursor;
import io.bookbell.server.web.PageRequest;
import io.bookbell.server.web.RateLimit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** {@code /api/book-requests}: ask, list, count, answer, reply, cancel. */
public final class RequestRoutes {
  private static final int LONGEST_NAME = 300;
  private static final int LONGEST_TEXT = 4000;
  private static final int LONGEST_ISBN = 20;
  private static final int LONGEST_SEARCH = 200;
  private static final int MOST_AT_ONCE = 100;
  private static final List<String> STATUSES =
      Stream.of(Status.values()).map(Status::wireName).toList();
  private static final List<String> SORTS =
      Stream.of(RequestSort.values()).map(RequestSort::wireName).toList();

  private RequestRoutes() {}

  public static void add(
      ApiRouter apiRouter, BookRequestService requests, RequestListService lists) {
    apiRouter.post(
        "/api/book-requests",
        RateLimit.ASK,
        RequestRoutes::newRequest,
        (tx, caller, wanted) -> ApiResponse.created(requests.create(tx, caller.user(), wanted)));
    apiRouter.get(
        "/api/book-requests",
        RequestRoutes::query,
        (tx, caller, requestListQuery) ->
            ApiResponse.ok(lists.list(tx, caller.user(), requestListQuery)));
    apiRouter.get(
        "/api/book-requests/counts",
        RequestRoutes::creator,
        (tx, caller, creator) -> ApiResponse.ok(lists.counts(tx, caller.user(), creator)));
    apiRouter.csv("/api/book-requests.csv", RequestRoutes::exported, RequestCsvExport.of(lists));
    apiRouter.post(
        "/api/book-requests/respond",
        RequestRoutes::decisionForAll,
        (tx, caller, all) ->
            ApiResponse.ok(
                new BulkDecisionResponse(
                    requests.respondAll(tx, caller.user(), all.creator, all.ids, all.what))));
    apiRouter.get(
        "/api/book-requests/:id",
        apiRequest -> apiRequest.pathId("id"),
        (tx, caller, id) -> ApiResponse.ok(requests.get(tx, caller.user(), id)));
    apiRouter.get(
        "/api/book-requests/:id/replies",
        RequestRoutes::replies,
        (tx, caller, of) -> ApiResponse.ok(requests.replies(tx, caller.user(), of.id, of.what)));
    apiRouter.post(
        "/api/book-requests/:id/respond",
        RequestRoutes::decision,
        (tx, caller, requestCommand) ->
            ApiResponse.ok(
                requests.respond(tx, caller.user(), requestCommand.id, requestCommand.what)));
    apiRouter.post(
        "/api/book-requests/:id/reply",
        RateLimit.REPLY,
        RequestRoutes::reply,
        (tx, caller, requestCommand) ->
            ApiResponse.created(
                requests.reply(tx, caller.user(), requestCommand.id, requestCommand.what)));
    apiRouter.post(
        "/api/book-requests/:id/cancel",
        RequestRoutes::cancel,
        (tx, caller, id) -> ApiResponse.ok(requests.cancel(tx, caller.user(), id)));
  }

  private static NewRequest newRequest(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.body();
    var wanted =
        new NewRequest(
            jsonBody.userId("creator_id"),
            jsonBody.line("title", 1, LONGEST_NAME),
            jsonBody.line("author", 1, LONGEST_NAME),
            jsonBody.optionalLine("isbn", LONGEST_ISBN).orElse(null),
            jsonBody.optionalText("note", LONGEST_TEXT).orElse(null),
            jsonBody.optionalInteger("cover_id", 1, Integer.MAX_VALUE).orElse(null));
    jsonBody.done();
    return wanted;
  }

  private static RequestListQuery query(ApiRequest apiRequest) {
    var queryParameters = apiRequest.query();
    var wanted = query(queryParameters, queryParameters.optionalUserId("creator_id"), true);
    queryParameters.done();
    return wanted;
  }

  private static RequestCsvExport.RequestExportQuery exported(ApiRequest apiRequest) {
    var queryParameters = apiRequest.query();
    UserId creator = queryParameters.userId("creator_id");
    RequestFilter requestFilter = query(queryParameters, Optional.of(creator), false).filter();
    queryParameters.done();
    return new RequestCsvExport.RequestExportQuery(creator, requestFilter);
  }

  private static RequestListQuery query(
      io.bookbell.server.web.QueryParameters queryParameters,
      Optional<UserId> creator,
      boolean inPages) {
    RequestSort requestSort =
        queryParameters
            .optionalOneOf("sort", SORTS)
            .map(RequestSort::of)
            .orElse(RequestSort.NEWEST);
    Set<Status> statuses =
        queryParameters.optionalSomeOf("status", STATUSES).stream()
            .map(Status::of)
            .collect(toSet());
    PageCursor.CursorPageRequest cursorPageRequest =
        inPages
            ? queryParameters.part(requestSort.isByTime())
            : new PageCursor.CursorPageRequest(1, Optional.empty());
    var requestFilter =
        new RequestFilter(
            statuses,
            queryParameters.optionalUserId("user_id"),
            queryParameters.optionalText("q", LONGEST_SEARCH),
            requestSort,
            cursorPageRequest.after());
    return new RequestListQuery(creator, requestFilter, cursorPageRequest.limit());
  }

  private static UserId creator(ApiRequest apiRequest) {
    var queryParameters = apiRequest.query();
    UserId creator = queryParameters.userId("creator_id");
    queryParameters.done();
    return creator;
  }

  private static BulkDecisionRequest decisionForAll(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.body();
    UserId creator = jsonBody.userId("creator_id");
    var ids = new TreeSet<>(jsonBody.optionalIds("ids", MOST_AT_ONCE).orElse(Set.of()));
    jsonBody.check("ids", !ids.isEmpty(), "must be a list of 1 to " + MOST_AT_ONCE + " ids");
    Decision decision = decision(jsonBody);
    jsonBody.done();
    return new BulkDecisionRequest(creator, ids, decision);
  }

  private static RequestCommand<Decision> decision(ApiRequest apiRequest) {
    long id = apiRequest.pathId("id");
    JsonBody jsonBody = apiRequest.body();
    Decision decision = decision(jsonBody);
    jsonBody.done();
    return new RequestCommand<>(id, decision);
  }

  private static Decision decision(JsonBody jsonBody) {
    String status = jsonBody.oneOf("status", "approved", "rejected", "completed");
    String response = jsonBody.optionalText("response", LONGEST_TEXT).orElse(null);
    return new Decision(Status.of(status), response);
  }

  private static RequestCommand<String> reply(ApiRequest apiRequest) {
    long id = apiRequest.pathId("id");
    JsonBody jsonBody = apiRequest.body();
    String text = jsonBody.text("body", 1, LONGEST_TEXT);
    jsonBody.done();
    return new RequestCommand<>(id, text);
  }

  private static RequestCommand<PageRequest> replies(ApiRequest apiRequest) {
    long id = apiRequest.pathId("id");
    var queryParameters = apiRequest.query();
    var wanted = new RequestCommand<>(id, queryParameters.page());
    queryParameters.done();
    return wanted;
  }

  private static long cancel(ApiRequest apiRequest) {
    long id = apiRequest.pathId("id");
    apiRequest.body().done();
    return id;
  }

  private record BulkDecisionRequest(UserId creator, SortedSet<Long> ids, Decision what) {}

  private record BulkDecisionResponse(List<BookRequestService.DecisionOutcome> items) {}

  /** What to do with which request. */
  private record RequestCommand<T>(long id, T what) {}
}
