package io.bookbell.server.http;

import io.bookbell.server.storage.Database;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

/**
 * Registers the routes that stream files of any length, for {@link ApiRouter}. Used by one thread,
 * before the server listens.
 */
final class DownloadRouter {
  private final Router router;
  private final Database database;
  private final OriginPolicy originPolicy;
  private final ServerCookies serverCookies;
  private final CallerLookup callers;

  DownloadRouter(
      Router router,
      Database database,
      OriginPolicy originPolicy,
      ServerCookies serverCookies,
      CallerLookup callers) {
    this.router = router;
    this.database = database;
    this.originPolicy = originPolicy;
    this.serverCookies = serverCookies;
    this.callers = callers;
  }

  <C> void addCsv(String path, Function<ApiRequest, C> parse, Csv.CsvTable<C> csvTable) {
    this.<PageCursor>addFile(
        path,
        apiRequest -> {
          C query = parse.apply(apiRequest);
          return new CsvFile<>(csvTable, query, Csv.CsvSeparator.of(apiRequest));
        });
  }

  /**
   * Registers a download.
   *
   * @param parse reads the request of a known caller; its {@link Problem}s become the response
   */
  <K> void addFile(String path, Function<ApiRequest, StreamedFile<K>> parse) {
    router
        .route(HttpMethod.GET, path)
        .putMetadata(ApiRouter.RATE, RateLimit.EXPORT)
        .handler(
            context -> {
              ApiRouter.markRoute(context, path);
              startDownload(context, parse);
            });
  }

  private <K> void startDownload(
      RoutingContext context, Function<ApiRequest, StreamedFile<K>> parse) {
    var _ =
        callers
            .requireCaller(context, RateLimit.EXPORT)
            .compose(caller -> BodyReader.readBody(context, caller).map(caller))
            .compose(
                caller -> {
                  StreamedFile<K> file =
                      parse.apply(new ApiRequest(context, originPolicy, serverCookies));
                  return new FileDownload<>(context, database, callers, file, caller).start();
                })
            .onFailure(context::fail);
  }
}
