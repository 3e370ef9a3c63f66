package io.bookbell.server.web;

import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Answer.Encoded;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Registers the routes of the API. A route reads its request on the event loop, does its work in
 * one transaction, and its answer is sent after the commit. Used by one thread, before the server
 * listens.
 *
 * <p>Every route has a {@link Rate}, which counts its calls before anything is done for them.
 */
public final class Api {
  /** The {@link Rate} of a route, in its metadata. */
  public static final String RATE = "bookbell.rate";

  private static final String ROUTE = "bookbell.route";

  private final Router router;
  private final Database database;
  private final Authenticator authenticator;
  private final Origins origins;
  private final Cookies cookies;
  private final CallerLookup callers;

  public Api(
      Router router,
      Database database,
      Authenticator authenticator,
      Origins origins,
      Cookies cookies,
      Rates rates) {
    this.router = router;
    this.database = database;
    this.authenticator = authenticator;
    this.origins = origins;
    this.cookies = cookies;
    this.callers = new CallerLookup(authenticator, origins, cookies, rates);
  }

  /** Notes which route has taken a request; the router forgets it when the request fails. */
  public static void taken(RoutingContext context, String path) {
    context.put(ROUTE, path);
  }

  /** The path of the route that has taken a request; null when none did. */
  public static @Nullable String takenBy(RoutingContext context) {
    return context.get(ROUTE);
  }

  /** What a route does, in the transaction it is handed. */
  @FunctionalInterface
  public interface Work<C> {
    Answer run(Transaction tx, Caller caller, C command);
  }

  /** What a route does that anybody may use, signed in or not, and that may take its time. */
  @FunctionalInterface
  public interface OpenWork {
    CompletionStage<Answer> run(Call call, Optional<Caller> caller);
  }

  /**
   * A look at things.
   *
   * @param parse reads the request; what it throws is answered
   */
  public <C> void get(String path, Function<Call, C> parse, Work<C> work) {
    route(
        HttpMethod.GET,
        path,
        Rate.READ,
        (call, caller) -> {
          C query = parse.apply(call);
          ListTag list = call.listTag();
          return database.read(tx -> Encoded.of(list.mark(work.run(tx, caller, query))));
        });
  }

  /** A table of any length, to be kept as a file. */
  public <C> void csv(String path, Function<Call, C> parse, Csv.Table<C> table) {
    router
        .route(HttpMethod.GET, path)
        .putMetadata(RATE, Rate.EXPORT)
        .handler(
            context -> {
              taken(context, path);
              var call = new Call(context, origins, cookies);
              C query = parse.apply(call);
              Csv.Separator separator = separator(call);
              var _ =
                  callers
                      .caller(context, Rate.EXPORT)
                      .compose(caller -> read(context, caller).map(caller))
                      .compose(
                          caller ->
                              new CsvDownload<>(context, database, table, caller, query, separator)
                                  .start())
                      .onFailure(context::fail);
            });
  }

  private static Csv.Separator separator(Call call) {
    var query = call.query();
    Optional<String> named = query.optionalOneOf("separator", Csv.Separator.NAMES);
    query.done();
    return named
        .map(Csv.Separator::of)
        .orElseGet(() -> Csv.Separator.usualIn(call.header("Accept-Language").orElse("")));
  }

  /** What a route fetches from somewhere else; it may take its time. */
  @FunctionalInterface
  public interface Fetch<C> {
    CompletionStage<Answer> run(Caller caller, C query);
  }

  /** A look at things that are not in the database. */
  public <C> void getElsewhere(String path, Rate rate, Function<Call, C> parse, Fetch<C> fetch) {
    route(
        HttpMethod.GET,
        path,
        rate,
        (call, caller) -> fetch.run(caller, parse.apply(call)).thenApply(Encoded::of));
  }

  /** A command; with an {@code Idempotency-Key} it is done once, however often it is sent. */
  public <C> void post(String path, Function<Call, C> parse, Work<C> work) {
    post(path, Rate.WRITE, parse, work);
  }

  /** As {@link #post(String, Function, Work)}, with an allowance of its own. */
  public <C> void post(String path, Rate rate, Function<Call, C> parse, Work<C> work) {
    command(HttpMethod.POST, path, rate, parse, work);
  }

  /**
   * As {@link #post(String, Function, Work)}, where the answer holds a secret, which is not stored
   * in plain text.
   */
  public <C> void postSecret(String path, Function<Call, C> parse, Work<C> work) {
    route(
        HttpMethod.POST,
        path,
        Rate.WRITE,
        (call, caller) ->
            write(
                call,
                caller,
                key -> Idempotency.Use.sealed(key, call, caller.user()),
                parse,
                work));
  }

  /**
   * A command that may be done again whenever it is sent again, and goes on for a while when the
   * disk is full.
   */
  public <C> void postOnce(String path, Rate rate, Function<Call, C> parse, Work<C> work) {
    route(
        HttpMethod.POST,
        path,
        rate,
        (call, caller) -> {
          C command = parse.apply(call);
          return database.writeFromReserve(tx -> Encoded.of(work.run(tx, caller, command)));
        });
  }

  /**
   * A command that ends the session with which it comes. Repeated with an {@code Idempotency-Key}
   * after its answer was lost, it is answered as done.
   *
   * @param parse reads the request; what it throws is answered
   */
  public <C> void postLast(
      String path, Function<Call, C> parse, Work<C> work, Function<C, Answer> repeated) {
    SignedIn command =
        (call, caller) -> {
          C wanted = parse.apply(call);
          return database.writeFromReserve(tx -> Encoded.of(work.run(tx, caller, wanted)));
        };
    router
        .route(HttpMethod.POST, path)
        .putMetadata(RATE, Rate.WRITE)
        .handler(
            context ->
                answer(
                    context,
                    path,
                    call ->
                        callers
                            .caller(context, Rate.WRITE)
                            .compose(caller -> read(context, caller).map(caller))
                            .compose(caller -> CallerLookup.onContext(command.handle(call, caller)))
                            .recover(
                                failure ->
                                    repeatedAfterEnd(context, call, failure)
                                        .map(_ -> Encoded.of(repeated.apply(parse.apply(call)))))));
  }

  /** Fails as the command did, unless its session has just ended and it may be a repetition. */
  private Future<Object> repeatedAfterEnd(RoutingContext context, Call call, Throwable failure) {
    Optional<String> key = call.header(Idempotency.HEADER);
    Optional<String> token = Credentials.of(context.request(), cookies).map(Credentials::token);
    boolean isUnknown = Problem.in(failure).filter(problem -> problem.status() == 401).isPresent();
    if (key.isEmpty() || token.isEmpty() || !isUnknown) {
      return Future.failedFuture(failure);
    }
    Idempotency.requireUsable(key.get());
    return CallerLookup.onContext(authenticator.hasEnded(token.get()))
        .compose(ended -> ended ? Future.succeededFuture(ended) : Future.failedFuture(failure));
  }

  /** As {@link #post(String, Function, Work)}. */
  public <C> void patch(String path, Function<Call, C> parse, Work<C> work) {
    command(HttpMethod.PATCH, path, Rate.WRITE, parse, work);
  }

  /**
   * As {@link #post(String, Function, Work)}, but for that it is done again when it is sent again,
   * which is all the same.
   */
  public <C> void put(String path, Rate rate, Function<Call, C> parse, Work<C> work) {
    route(
        HttpMethod.PUT,
        path,
        rate,
        (call, caller) -> {
          C command = parse.apply(call);
          return database.write(tx -> Encoded.of(work.run(tx, caller, command)));
        });
  }

  /** As {@link #put}, for a command that takes time to be made of the request. */
  public <C> void putPrepared(
      String path, Rate rate, Function<Call, CompletionStage<C>> prepare, Work<C> work) {
    route(
        HttpMethod.PUT,
        path,
        rate,
        (call, caller) ->
            prepare
                .apply(call)
                .thenCompose(
                    command -> database.write(tx -> Encoded.of(work.run(tx, caller, command)))));
  }

  public <C> void delete(String path, Function<Call, C> parse, Work<C> work) {
    command(HttpMethod.DELETE, path, Rate.WRITE, parse, work);
  }

  /**
   * A route for who has no session yet. A browser that sends the cookie of one that has ended is
   * nobody, and so is who sends a cookie without saying from which page; a bearer token must be
   * good.
   */
  public void openPost(String path, OpenWork work) {
    router
        .route(HttpMethod.POST, path)
        .putMetadata(RATE, Rate.OPEN)
        .handler(
            context ->
                answer(
                    context,
                    path,
                    call ->
                        callers
                            .callerOrNobody(context)
                            .compose(caller -> readSmall(context).map(caller))
                            .compose(
                                caller ->
                                    CallerLookup.onContext(
                                        work.run(call, caller).thenApply(Encoded::of)))));
  }

  private <C> void command(
      HttpMethod method, String path, Rate rate, Function<Call, C> parse, Work<C> work) {
    route(method, path, rate, (call, caller) -> write(call, caller, parse, work));
  }

  private <C> CompletionStage<Encoded> write(
      Call call, Caller caller, Function<Call, C> parse, Work<C> work) {
    return write(call, caller, key -> Idempotency.Use.of(key, call), parse, work);
  }

  private <C> CompletionStage<Encoded> write(
      Call call,
      Caller caller,
      Function<String, Idempotency.Use> useOf,
      Function<Call, C> parse,
      Work<C> work) {
    Optional<Idempotency.Use> use = call.header(Idempotency.HEADER).map(useOf);
    C command = parse.apply(call);
    return database.write(
        tx ->
            use.map(
                    once ->
                        Idempotency.once(
                            tx,
                            caller.user(),
                            once,
                            () -> Encoded.of(work.run(tx, caller, command))))
                .orElseGet(() -> Encoded.of(work.run(tx, caller, command))));
  }

  @FunctionalInterface
  private interface SignedIn {
    CompletionStage<Encoded> handle(Call call, Caller caller);
  }

  private void route(HttpMethod method, String path, Rate rate, SignedIn handler) {
    router
        .route(method, path)
        .putMetadata(RATE, rate)
        .handler(
            context ->
                answer(
                    context,
                    path,
                    call ->
                        callers
                            .caller(context, rate)
                            .compose(caller -> read(context, caller).map(caller))
                            .compose(
                                caller -> CallerLookup.onContext(handler.handle(call, caller)))));
  }

  private static Future<Void> readSmall(RoutingContext context) {
    return RequestBody.read(context, RequestBody.MOST_FROM_STRANGERS, BodyBudget.STRANGERS);
  }

  /** Nothing is read of what comes without a session, nor of what comes with a question. */
  private static Future<Void> read(RoutingContext context, Caller caller) {
    var owner = new BodyBudget.Owner.User(caller.user());
    BodyBudget.own(context, owner);
    return CallerLookup.isSafe(context.request().method())
        ? Future.succeededFuture()
        : RequestBody.read(context, RequestBody.MOST, owner);
  }

  private void answer(
      RoutingContext context, String path, Function<Call, Future<Encoded>> handler) {
    taken(context, path);
    Future<Encoded> answer;
    try {
      answer = handler.apply(new Call(context, origins, cookies));
    } catch (RuntimeException e) {
      context.fail(e);
      return;
    }
    answer.onSuccess(encoded -> Answers.send(context, encoded)).onFailure(context::fail);
  }
}
