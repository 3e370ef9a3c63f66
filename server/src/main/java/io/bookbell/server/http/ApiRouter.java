package io.bookbell.server.http;

import io.bookbell.server.http.ApiResponse.EncodedResponse;
import io.bookbell.server.http.IdempotencyService.IdempotencyKeyUse;
import io.bookbell.server.http.IdempotencyService.Writer;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.WriteCommand;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Registers the routes of the API. A route reads its request on the event loop and does its work in
 * one transaction; its response is sent after the commit. Every route has a {@link RateLimit},
 * counted before any work is done. Used by one thread, before the server listens.
 */
public final class ApiRouter {
  /** The routing metadata key for the {@link RateLimit} of a route. */
  public static final String RATE = "bookbell.rate";

  private static final String ROUTE = "bookbell.route";

  private final Router router;
  private final Database database;
  private final CallerLookup callers;
  private final DownloadRouter downloads;
  private final RequestHandler requestHandler;
  private final OpenRouter openRoutes;

  public ApiRouter(
      Router router,
      Database database,
      Authenticator authenticator,
      OriginPolicy originPolicy,
      ServerCookies serverCookies,
      CredentialReader credentialReader,
      RateLimits rateLimits) {
    this.router = router;
    this.database = database;
    this.callers =
        new CallerLookup(authenticator, originPolicy, serverCookies, credentialReader, rateLimits);
    this.downloads = new DownloadRouter(router, database, originPolicy, serverCookies, callers);
    this.requestHandler = new RequestHandler(originPolicy, serverCookies);
    this.openRoutes = new OpenRouter(router, callers, requestHandler);
  }

  /**
   * Records which route has accepted a request, because the router forgets it when the request
   * fails.
   */
  public static void markRoute(RoutingContext context, String path) {
    context.put(ROUTE, path);
  }

  /** The path of the route that has accepted a request, or null. */
  public static @Nullable String routeOf(RoutingContext context) {
    return context.get(ROUTE);
  }

  /**
   * Registers a read with {@link Database#readOnce}, also for HEAD, which is answered without the
   * body.
   *
   * @param parse reads the request; its {@link Problem}s become the response
   */
  public <C> void get(
      String path, Function<ApiRequest, C> parse, TransactionHandler<C> writeHandler) {
    registerRoute(
            HttpMethod.GET,
            path,
            RateLimit.READ,
            (apiRequest, caller) -> {
              C query = apiRequest.read(parse);
              ListTag list = apiRequest.listTag();
              return database.readOnce(
                  tx -> EncodedResponse.of(list.addTag(writeHandler.run(tx, caller, query))));
            })
        .method(HttpMethod.HEAD);
  }

  /** Registers a CSV export of any length. */
  public <C> void getCsv(String path, Function<ApiRequest, C> parse, Csv.CsvTable<C> csvTable) {
    downloads.addCsv(path, parse, csvTable);
  }

  /** Registers a download of any length. */
  public <K> void getFile(String path, Function<ApiRequest, StreamedFile<K>> parse) {
    downloads.addFile(path, parse);
  }

  /** Registers a read of something outside the database, or a command that may run again. */
  public <C> void addAsync(
      HttpMethod method,
      String path,
      RateLimit rateLimit,
      Function<ApiRequest, C> parse,
      AsyncHandler<C> asyncHandler) {
    registerRoute(
        method,
        path,
        rateLimit,
        (apiRequest, caller) ->
            asyncHandler.run(caller, apiRequest.read(parse)).thenApply(EncodedResponse::of));
  }

  /**
   * Registers a command. With an {@code Idempotency-Key} it takes effect once, however often it is
   * sent.
   */
  public <C> void post(
      String path, Function<ApiRequest, C> parse, TransactionHandler<C> writeHandler) {
    post(path, RateLimit.WRITE, parse, writeHandler);
  }

  /** Like {@link #post(String, Function, TransactionHandler)}, with its own rate limit. */
  public <C> void post(
      String path,
      RateLimit rateLimit,
      Function<ApiRequest, C> parse,
      TransactionHandler<C> writeHandler) {
    registerCommand(HttpMethod.POST, path, rateLimit, parse, writeHandler);
  }

  /** Like {@link #post}, for a response that contains a secret: it is stored encrypted. */
  public <C> void postSecret(
      String path,
      RateLimit rateLimit,
      Function<ApiRequest, C> parse,
      TransactionHandler<C> writeHandler) {
    registerRoute(
        HttpMethod.POST,
        path,
        rateLimit,
        (apiRequest, caller) ->
            writeOnce(
                database::write,
                IdempotencyKeyUse.forSecretResponse(apiRequest, caller.user()),
                caller,
                apiRequest.read(parse),
                writeHandler));
  }

  /**
   * Registers a command that may run again whenever it is sent again. It uses the reserve, so it
   * keeps working for a while when the disk is full.
   */
  public <C> void postRepeatable(
      String path,
      RateLimit rateLimit,
      Function<ApiRequest, C> parse,
      TransactionHandler<C> writeHandler) {
    registerRoute(
        HttpMethod.POST,
        path,
        rateLimit,
        (apiRequest, caller) -> {
          C command = apiRequest.read(parse);
          return database.writeFromReserve(
              tx -> EncodedResponse.of(writeHandler.run(tx, caller, command)));
        });
  }

  /**
   * Registers a command that ends the session it is sent with. If it is retried with an {@code
   * Idempotency-Key} after its response was lost, it is answered as done.
   *
   * @param parse reads the request; its {@link Problem}s become the response
   * @param repeated creates the response to such a retry
   */
  public <C> void postEndingSession(
      String path,
      Function<ApiRequest, C> parse,
      TransactionHandler<C> writeHandler,
      Function<C, ApiResponse> repeated) {
    registerRoute(
        HttpMethod.POST,
        path,
        RateLimit.WRITE,
        (apiRequest, caller) -> {
          C command = apiRequest.read(parse);
          return database.writeFromReserve(
              tx -> EncodedResponse.of(writeHandler.run(tx, caller, command)));
        },
        (apiRequest, failure) ->
            callers
                .requireEndedSession(apiRequest, failure)
                .map(_ -> EncodedResponse.of(repeated.apply(apiRequest.read(parse)))));
  }

  /** Like {@link #post(String, Function, TransactionHandler)}. */
  public <C> void patch(
      String path, Function<ApiRequest, C> parse, TransactionHandler<C> writeHandler) {
    registerCommand(HttpMethod.PATCH, path, RateLimit.WRITE, parse, writeHandler);
  }

  /**
   * Registers an idempotent command, which needs no {@code Idempotency-Key}: it runs again when it
   * is sent again.
   */
  public <C> void put(
      String path,
      RateLimit rateLimit,
      Function<ApiRequest, C> parse,
      TransactionHandler<C> writeHandler) {
    registerRoute(
        HttpMethod.PUT,
        path,
        rateLimit,
        (apiRequest, caller) -> {
          C command = apiRequest.read(parse);
          return database.write(tx -> EncodedResponse.of(writeHandler.run(tx, caller, command)));
        });
  }

  /** Like {@link #put}, for a command that is prepared asynchronously for the caller. */
  public <C> void putPrepared(
      String path,
      RateLimit rateLimit,
      BiFunction<ApiRequest, Caller, CompletionStage<C>> prepare,
      TransactionHandler<C> writeHandler) {
    registerRoute(
        HttpMethod.PUT,
        path,
        rateLimit,
        (apiRequest, caller) ->
            prepare
                .apply(apiRequest, caller)
                .thenCompose(
                    command ->
                        database.write(
                            tx -> EncodedResponse.of(writeHandler.run(tx, caller, command)))));
  }

  public <C> void delete(
      String path, Function<ApiRequest, C> parse, TransactionHandler<C> writeHandler) {
    registerCommand(HttpMethod.DELETE, path, RateLimit.WRITE, parse, writeHandler);
  }

  /** Like {@link #delete}, for what can't wait for room on a full disk: it uses the reserve. */
  public <C> void deleteFromReserve(
      String path, Function<ApiRequest, C> parse, TransactionHandler<C> writeHandler) {
    registerCommand(
        HttpMethod.DELETE,
        path,
        RateLimit.WRITE,
        work -> database.writeFromReserve(work),
        parse,
        writeHandler);
  }

  /**
   * Registers a route that requires no session. A cookie of an ended session is ignored, and so is
   * a cookie without an {@code Origin} header. An invalid bearer token is refused, unless the
   * browser or a proxy adds credentials of its own: if those are invalid as well, nobody is signed
   * in.
   */
  public void postOpen(String path, OpenHandler work) {
    postOpen(path, BodyReader.MAX_ANONYMOUS, work);
  }

  /**
   * Like {@link #postOpen(String, OpenHandler)}, with another limit.
   *
   * @param largestBody in bytes
   */
  public void postOpen(String path, int largestBody, OpenHandler work) {
    openRoutes.addPost(path, largestBody, work);
  }

  /**
   * Registers a read that requires no session, for browsers that were sent here by another site. A
   * cookie counts without an {@code Origin} header, which browsers don't send then, so the handler
   * must make sure that the visit was wanted before it changes anything.
   */
  public void getOpen(String path, OpenHandler work) {
    openRoutes.addGet(path, work);
  }

  /** Registers a command like {@link #post(String, RateLimit, Function, TransactionHandler)}. */
  public <C> void registerCommand(
      HttpMethod method,
      String path,
      RateLimit rateLimit,
      Function<ApiRequest, C> parse,
      TransactionHandler<C> writeHandler) {
    registerCommand(method, path, rateLimit, work -> database.write(work), parse, writeHandler);
  }

  private <C> void registerCommand(
      HttpMethod method,
      String path,
      RateLimit rateLimit,
      Writer writer,
      Function<ApiRequest, C> parse,
      TransactionHandler<C> writeHandler) {
    registerRoute(
        method,
        path,
        rateLimit,
        (apiRequest, caller) ->
            writeOnce(
                writer,
                IdempotencyKeyUse.of(apiRequest),
                caller,
                apiRequest.read(parse),
                writeHandler));
  }

  private <C> CompletionStage<EncodedResponse> writeOnce(
      Writer writer,
      Optional<IdempotencyKeyUse> use,
      Caller caller,
      C command,
      TransactionHandler<C> writeHandler) {
    return IdempotencyService.write(
        writer,
        caller.user(),
        use,
        tx -> EncodedResponse.of(writeHandler.run(tx, caller, command)));
  }

  /**
   * Registers a command in two steps, which may be decided together with others of the same owner.
   *
   * @param parse reads the request; its {@link Problem}s become the response
   */
  public <C, T> void postCommand(
      String path,
      RateLimit rateLimit,
      Function<ApiRequest, C> parse,
      CommandHandler<C, T> commandHandler,
      Function<T, ApiResponse> toResponse) {
    registerRoute(
        HttpMethod.POST,
        path,
        rateLimit,
        (apiRequest, caller) -> {
          Optional<IdempotencyKeyUse> use = IdempotencyKeyUse.of(apiRequest);
          C command = apiRequest.read(parse);
          WriteCommand<EncodedResponse> work =
              tx -> {
                Supplier<T> decision = commandHandler.prepare(tx, caller, command);
                return () -> EncodedResponse.of(toResponse.apply(decision.get()));
              };
          return IdempotencyService.writeCommand(database, caller.user(), use, work);
        });
  }

  @FunctionalInterface
  private interface SignedInHandler {
    CompletionStage<EncodedResponse> handle(ApiRequest apiRequest, Caller caller);
  }

  /** Creates the response to a call that failed, or fails with the same failure. */
  @FunctionalInterface
  private interface FailureHandler {
    Future<EncodedResponse> recover(ApiRequest apiRequest, Throwable failure);
  }

  private Route registerRoute(
      HttpMethod method, String path, RateLimit rateLimit, SignedInHandler handler) {
    return registerRoute(
        method, path, rateLimit, handler, (_, failure) -> Future.failedFuture(failure));
  }

  private Route registerRoute(
      HttpMethod method,
      String path,
      RateLimit rateLimit,
      SignedInHandler handler,
      FailureHandler failureHandler) {
    return router
        .route(method, path)
        .putMetadata(RATE, rateLimit)
        .handler(
            context ->
                requestHandler.handle(
                    context,
                    path,
                    apiRequest ->
                        callers
                            .requireCaller(context, rateLimit)
                            .compose(caller -> BodyReader.readBody(context, caller).map(caller))
                            .compose(
                                caller ->
                                    CallerLookup.onContext(handler.handle(apiRequest, caller)))
                            .recover(failure -> failureHandler.recover(apiRequest, failure))));
  }
}
