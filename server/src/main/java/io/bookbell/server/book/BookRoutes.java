package io.bookbell.server.book;

import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.RateLimit;
import io.vertx.core.http.HttpMethod;

/** {@code /api/books}: catalogue search and covers. */
public final class BookRoutes {
  private static final int MAX_TEXT_LENGTH = 200;
  private static final String FOR_GOOD = "private, max-age=31536000, immutable";

  private BookRoutes() {}

  public static void addRoutes(ApiRouter apiRouter, BookSearch search, CoverService coverService) {
    apiRouter.addAsync(
        HttpMethod.GET,
        "/api/books/search",
        RateLimit.SEARCH,
        BookRoutes::parseSearchText,
        (caller, text) -> search.searchBooks(text).thenApply(ApiResponse::ok));
    apiRouter.addAsync(
        HttpMethod.GET,
        "/api/books/covers/:cover_id",
        RateLimit.COVER,
        BookRoutes::parseCoverId,
        (caller, id) ->
            coverService
                .findCover(id)
                .thenApply(
                    found -> {
                      CoverImage coverImage = found.orElseThrow(Problem::notFound);
                      return ApiResponse.ofContent(coverImage.type(), coverImage.content())
                          .withHeader("Cache-Control", FOR_GOOD);
                    }));
  }

  private static String parseSearchText(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    String text = queryParameters.optionalText("q", MAX_TEXT_LENGTH).orElse("");
    queryParameters.requireNoErrors();
    return text;
  }

  private static int parseCoverId(ApiRequest apiRequest) {
    long id = apiRequest.pathId("cover_id");
    if (id > Integer.MAX_VALUE) {
      throw Problem.notFound();
    }
    return (int) id;
  }
}
