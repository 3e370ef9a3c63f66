package io.bookbell.server.request;

import static java.util.stream.Collectors.toSet;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.PageCursor;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.request.RequestListService.RequestListQuery;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** {@code /api/book-requests}: create, list, count, decide, reply, withdraw, and the CSV export. */
public final class RequestRoutes {
  private static final int MAX_NAME_LENGTH = 300;
  private static final int MAX_TEXT_LENGTH = 4000;
  private static final int MAX_ISBN_LENGTH = 20;
  private static final int MAX_SEARCH_LENGTH = 200;
  private static final int MAX_CONCURRENT = 100;
  private static final List<String> STATUSES =
      Stream.of(Status.values()).map(Status::wireName).toList();
  private static final List<String> SORTS =
      Stream.of(RequestSort.values()).map(RequestSort::wireName).toList();

  private static final String EXPECTED_STATUS = "Bookbell-Expected-Status";

  /** The statuses of requests that can be answered. */
  private static final List<String> ANSWERABLE =
      List.of(Status.PENDING.wireName(), Status.APPROVED.wireName());

  private RequestRoutes() {}

  public static void addRoutes(
      ApiRouter apiRouter, BookRequestService requests, RequestListService lists) {
    apiRouter.postCommand(
        "/api/book-requests",
        RateLimit.NEW_REQUEST,
        RequestRoutes::parseNewRequest,
        (tx, caller, wanted) -> requests.prepareCreate(tx, caller.user(), wanted),
        ApiResponse::created);
    apiRouter.get(
        "/api/book-requests",
        RequestRoutes::parseListQuery,
        (tx, caller, requestListQuery) ->
            ApiResponse.ok(lists.list(tx, caller.user(), requestListQuery)));
    apiRouter.get(
        "/api/book-requests/counts",
        RequestRoutes::parseCreatorId,
        (tx, caller, creator) -> ApiResponse.ok(lists.countByStatus(tx, caller.user(), creator)));
    apiRouter.getCsv(
        "/api/book-requests.csv", RequestRoutes::parseExport, RequestCsvExport.csvTable(lists));
    apiRouter.post(
        "/api/book-requests/respond",
        RequestRoutes::parseBulkDecision,
        (tx, caller, all) ->
            ApiResponse.ok(
                new BulkDecisionResponse(
                    requests.respondToAll(tx, caller.user(), all.creator, all.ids, all.what))));
    apiRouter.get(
        "/api/book-requests/:id",
        apiRequest -> apiRequest.pathId("id"),
        (tx, caller, id) -> ApiResponse.ok(requests.get(tx, caller.user(), id)));
    apiRouter.get(
        "/api/book-requests/:id/replies",
        RequestRoutes::parseRepliesQuery,
        (tx, caller, of) ->
            ApiResponse.ok(requests.listReplies(tx, caller.user(), of.id, of.what)));
    apiRouter.postCommand(
        "/api/book-requests/:id/respond",
        RateLimit.WRITE,
        RequestRoutes::parseDecision,
        (tx, caller, requestCommand) ->
            requests.prepareResponse(tx, caller.user(), requestCommand.id, requestCommand.what),
        ApiResponse::ok);
    apiRouter.postCommand(
        "/api/book-requests/:id/reply",
        RateLimit.REPLY,
        RequestRoutes::parseReply,
        (tx, caller, requestCommand) ->
            requests.prepareReply(tx, caller.user(), requestCommand.id, requestCommand.what),
        ApiResponse::created);
    apiRouter.postCommand(
        "/api/book-requests/:id/cancel",
        RateLimit.WRITE,
        RequestRoutes::parseRequestId,
        (tx, caller, id) -> requests.prepareCancel(tx, caller.user(), id),
        ApiResponse::ok);
  }

  private static NewRequest parseNewRequest(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var wanted =
        new NewRequest(
            jsonBody.requiredUserId("creator_id"),
            jsonBody.requiredLine("title", 1, MAX_NAME_LENGTH),
            jsonBody.requiredLine("author", 1, MAX_NAME_LENGTH),
            jsonBody.optionalLine("isbn", MAX_ISBN_LENGTH).orElse(null),
            jsonBody.optionalText("note", MAX_TEXT_LENGTH).orElse(null),
            jsonBody.optionalInteger("cover_id", 1, Integer.MAX_VALUE).orElse(null),
            jsonBody.optionalUserId("user_id").orElse(null));
    jsonBody.requireNoErrors();
    return wanted;
  }

  private static RequestListQuery parseListQuery(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    var wanted =
        parseListQuery(queryParameters, queryParameters.optionalUserId("creator_id"), true);
    queryParameters.requireNoErrors();
    return wanted;
  }

  private static RequestCsvExport.RequestExportQuery parseExport(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    UserId creator = queryParameters.requiredUserId("creator_id");
    RequestFilter requestFilter =
        parseListQuery(queryParameters, Optional.of(creator), false).filter();
    queryParameters.requireNoErrors();
    return new RequestCsvExport.RequestExportQuery(creator, requestFilter);
  }

  private static RequestListQuery parseListQuery(
      io.bookbell.server.http.QueryParameters queryParameters,
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
            ? queryParameters.cursorRequest(requestSort.isByTime())
            : new PageCursor.CursorPageRequest(1, Optional.empty());
    var requestFilter =
        new RequestFilter(
            statuses,
            queryParameters.optionalUserId("user_id"),
            queryParameters.optionalText("q", MAX_SEARCH_LENGTH),
            requestSort,
            cursorPageRequest.after());
    return new RequestListQuery(creator, requestFilter, cursorPageRequest.limit());
  }

  private static UserId parseCreatorId(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    UserId creator = queryParameters.requiredUserId("creator_id");
    queryParameters.requireNoErrors();
    return creator;
  }

  private static BulkDecisionRequest parseBulkDecision(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    UserId creator = jsonBody.requiredUserId("creator_id");
    var ids = new TreeSet<>(jsonBody.optionalIds("ids", MAX_CONCURRENT).orElse(Set.of()));
    jsonBody.checkField("ids", !ids.isEmpty(), "must be a list of 1 to " + MAX_CONCURRENT + " ids");
    Decision decision = parseDecision(apiRequest, jsonBody);
    jsonBody.requireNoErrors();
    return new BulkDecisionRequest(creator, ids, decision);
  }

  private static RequestCommand<Decision> parseDecision(ApiRequest apiRequest) {
    long id = apiRequest.pathId("id");
    JsonBody jsonBody = apiRequest.jsonBody();
    Decision decision = parseDecision(apiRequest, jsonBody);
    jsonBody.requireNoErrors();
    return new RequestCommand<>(id, decision);
  }

  private static Decision parseDecision(ApiRequest apiRequest, JsonBody jsonBody) {
    String status = jsonBody.requiredOneOf("status", "approved", "rejected", "completed");
    String response = jsonBody.optionalText("response", MAX_TEXT_LENGTH).orElse(null);
    Optional<String> named = apiRequest.header(EXPECTED_STATUS);
    Optional<String> expected = named.filter(ANSWERABLE::contains);
    jsonBody.checkField(
        EXPECTED_STATUS, named.equals(expected), "must be " + String.join(" or ", ANSWERABLE));
    return new Decision(Status.of(status), response, expected.map(Status::of).orElse(null));
  }

  private static RequestCommand<String> parseReply(ApiRequest apiRequest) {
    long id = apiRequest.pathId("id");
    JsonBody jsonBody = apiRequest.jsonBody();
    String text = jsonBody.requiredText("body", 1, MAX_TEXT_LENGTH);
    jsonBody.requireNoErrors();
    return new RequestCommand<>(id, text);
  }

  private static RequestCommand<PageRequest> parseRepliesQuery(ApiRequest apiRequest) {
    long id = apiRequest.pathId("id");
    var queryParameters = apiRequest.queryParameters();
    var wanted = new RequestCommand<>(id, queryParameters.pageRequest());
    queryParameters.requireNoErrors();
    return wanted;
  }

  private static long parseRequestId(ApiRequest apiRequest) {
    long id = apiRequest.pathId("id");
    apiRequest.jsonBody().requireNoErrors();
    return id;
  }

  private record BulkDecisionRequest(UserId creator, SortedSet<Long> ids, Decision what) {}

  private record BulkDecisionResponse(List<DecisionOutcome> items) {}

  /** A request id and the input of a command on it. */
  private record RequestCommand<T>(long id, T what) {}
}
