package io.bookbell.server.request;

import static java.util.stream.Collectors.toSet;

import io.bookbell.hub.UserId;
import io.bookbell.server.request.BookRequests.Decision;
import io.bookbell.server.request.BookRequests.NewRequest;
import io.bookbell.server.request.RequestLists.Query;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Body;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.Mark;
import io.bookbell.server.web.PageRequest;
import io.bookbell.server.web.Rate;
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
  private static final List<String> SORTS = Stream.of(Sort.values()).map(Sort::wireName).toList();

  private RequestRoutes() {}

  public static void add(Api api, BookRequests requests, RequestLists lists) {
    api.post(
        "/api/book-requests",
        Rate.ASK,
        RequestRoutes::newRequest,
        (tx, caller, wanted) -> Answer.created(requests.create(tx, caller.user(), wanted)));
    api.get(
        "/api/book-requests",
        RequestRoutes::query,
        (tx, caller, query) -> Answer.ok(lists.list(tx, caller.user(), query)));
    api.get(
        "/api/book-requests/counts",
        RequestRoutes::creator,
        (tx, caller, creator) -> Answer.ok(lists.counts(tx, caller.user(), creator)));
    api.csv("/api/book-requests.csv", RequestRoutes::exported, RequestTable.of(lists));
    api.post(
        "/api/book-requests/respond",
        RequestRoutes::decisionForAll,
        (tx, caller, all) ->
            Answer.ok(
                new Outcomes(
                    requests.respondAll(tx, caller.user(), all.creator, all.ids, all.what))));
    api.get(
        "/api/book-requests/:id",
        call -> call.pathId("id"),
        (tx, caller, id) -> Answer.ok(requests.get(tx, caller.user(), id)));
    api.get(
        "/api/book-requests/:id/replies",
        RequestRoutes::replies,
        (tx, caller, of) -> Answer.ok(requests.replies(tx, caller.user(), of.id, of.what)));
    api.post(
        "/api/book-requests/:id/respond",
        RequestRoutes::decision,
        (tx, caller, on) -> Answer.ok(requests.respond(tx, caller.user(), on.id, on.what)));
    api.post(
        "/api/book-requests/:id/reply",
        Rate.REPLY,
        RequestRoutes::reply,
        (tx, caller, on) -> Answer.created(requests.reply(tx, caller.user(), on.id, on.what)));
    api.post(
        "/api/book-requests/:id/cancel",
        RequestRoutes::cancel,
        (tx, caller, id) -> Answer.ok(requests.cancel(tx, caller.user(), id)));
  }

  private static NewRequest newRequest(Call call) {
    Body body = call.body();
    var wanted =
        new NewRequest(
            body.userId("creator_id"),
            body.line("title", 1, LONGEST_NAME),
            body.line("author", 1, LONGEST_NAME),
            body.optionalLine("isbn", LONGEST_ISBN).orElse(null),
            body.optionalText("note", LONGEST_TEXT).orElse(null),
            body.optionalInteger("cover_id", 1, Integer.MAX_VALUE).orElse(null));
    body.done();
    return wanted;
  }

  private static Query query(Call call) {
    var query = call.query();
    var wanted = query(query, query.optionalUserId("creator_id"), true);
    query.done();
    return wanted;
  }

  private static RequestTable.Wanted exported(Call call) {
    var query = call.query();
    UserId creator = query.userId("creator_id");
    Filter filter = query(query, Optional.of(creator), false).filter();
    query.done();
    return new RequestTable.Wanted(creator, filter);
  }

  private static Query query(
      io.bookbell.server.web.Query query, Optional<UserId> creator, boolean inPages) {
    Sort sort = query.optionalOneOf("sort", SORTS).map(Sort::of).orElse(Sort.NEWEST);
    Set<Status> statuses =
        query.optionalSomeOf("status", STATUSES).stream().map(Status::of).collect(toSet());
    Mark.Part part = inPages ? query.part(sort.isByTime()) : new Mark.Part(1, Optional.empty());
    var filter =
        new Filter(
            statuses,
            query.optionalUserId("user_id"),
            query.optionalText("q", LONGEST_SEARCH),
            sort,
            part.after());
    return new Query(creator, filter, part.limit());
  }

  private static UserId creator(Call call) {
    var query = call.query();
    UserId creator = query.userId("creator_id");
    query.done();
    return creator;
  }

  private static OnAll decisionForAll(Call call) {
    Body body = call.body();
    UserId creator = body.userId("creator_id");
    var ids = new TreeSet<>(body.optionalIds("ids", MOST_AT_ONCE).orElse(Set.of()));
    body.check("ids", !ids.isEmpty(), "must be a list of 1 to " + MOST_AT_ONCE + " ids");
    Decision decision = decision(body);
    body.done();
    return new OnAll(creator, ids, decision);
  }

  private static On<Decision> decision(Call call) {
    long id = call.pathId("id");
    Body body = call.body();
    Decision decision = decision(body);
    body.done();
    return new On<>(id, decision);
  }

  private static Decision decision(Body body) {
    String status = body.oneOf("status", "approved", "rejected", "completed");
    String response = body.optionalText("response", LONGEST_TEXT).orElse(null);
    return new Decision(Status.of(status), response);
  }

  private static On<String> reply(Call call) {
    long id = call.pathId("id");
    Body body = call.body();
    String text = body.text("body", 1, LONGEST_TEXT);
    body.done();
    return new On<>(id, text);
  }

  private static On<PageRequest> replies(Call call) {
    long id = call.pathId("id");
    var query = call.query();
    var wanted = new On<>(id, query.page());
    query.done();
    return wanted;
  }

  private static long cancel(Call call) {
    long id = call.pathId("id");
    call.body().done();
    return id;
  }

  private record OnAll(UserId creator, SortedSet<Long> ids, Decision what) {}

  private record Outcomes(List<BookRequests.Outcome> items) {}

  /** What to do with which request. */
  private record On<T>(long id, T what) {}
}
