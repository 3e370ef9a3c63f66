package io.bookbell.server.request;

import io.bookbell.server.request.BookRequests.Decision;
import io.bookbell.server.request.BookRequests.NewRequest;
import io.bookbell.server.request.BookRequests.Query;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Body;
import io.bookbell.server.web.Call;
import java.util.List;

/** {@code /api/book-requests}: ask, list, answer, reply, cancel. */
public final class RequestRoutes {
  private static final int LONGEST_NAME = 300;
  private static final int LONGEST_TEXT = 4000;
  private static final int LONGEST_ISBN = 20;

  private RequestRoutes() {}

  public static void add(Api api, BookRequests requests) {
    api.limitedPost(
        "/api/book-requests",
        RequestRoutes::newRequest,
        (tx, caller, wanted) -> Answer.created(requests.create(tx, caller.user(), wanted)));
    api.get(
        "/api/book-requests",
        RequestRoutes::query,
        (tx, caller, query) -> Answer.ok(requests.list(tx, caller.user(), query)));
    api.get(
        "/api/book-requests/:id",
        call -> call.pathId("id"),
        (tx, caller, id) -> Answer.ok(requests.get(tx, caller.user(), id)));
    api.post(
        "/api/book-requests/:id/respond",
        RequestRoutes::decision,
        (tx, caller, on) -> Answer.ok(requests.respond(tx, caller.user(), on.id, on.what)));
    api.post(
        "/api/book-requests/:id/reply",
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
            body.text("title", 1, LONGEST_NAME),
            body.text("author", 1, LONGEST_NAME),
            body.optionalText("isbn", LONGEST_ISBN).orElse(null),
            body.optionalText("note", LONGEST_TEXT).orElse(null));
    body.done();
    return wanted;
  }

  private static Query query(Call call) {
    var query = call.query();
    var wanted =
        new Query(
            query.optionalUserId("creator_id"),
            query.optionalOneOf("status", statuses()).map(Status::of),
            query.optionalText("q", 200),
            query.page());
    query.done();
    return wanted;
  }

  private static List<String> statuses() {
    return List.of(Status.values()).stream().map(Status::wireName).toList();
  }

  private static On<Decision> decision(Call call) {
    long id = call.pathId("id");
    Body body = call.body();
    String status = body.oneOf("status", "approved", "rejected", "completed");
    String response = body.optionalText("response", LONGEST_TEXT).orElse(null);
    body.done();
    return new On<>(id, new Decision(Status.of(status), response));
  }

  private static On<String> reply(Call call) {
    long id = call.pathId("id");
    Body body = call.body();
    String text = body.text("body", 1, LONGEST_TEXT);
    body.done();
    return new On<>(id, text);
  }

  private static long cancel(Call call) {
    long id = call.pathId("id");
    call.body().done();
    return id;
  }

  /** What to do with which request. */
  private record On<T>(long id, T what) {}
}
