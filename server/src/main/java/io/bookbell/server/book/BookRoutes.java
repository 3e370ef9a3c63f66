package io.bookbell.server.book;

import io.bookbell.server.web.ApiRequest;
import io.bookbell.server.web.ApiResponse;
import io.bookbell.server.web.ApiRouter;
import io.bookbell.server.web.Problem;
import io.bookbell.server.web.RateLimit;

/** {@code /api/books}: the catalogue's books and covers. */
public final class BookRoutes {
  private static final int LONGEST_TEXT = 200;
  private static final String FOR_GOOD = "private, max-age=31536000, immutable";

  private BookRoutes() {}

  public static void add(ApiRouter apiRouter, BookSearch search, CoverService coverService) {
    apiRouter.getElsewhere(
        "/api/books/search",
        RateLimit.SEARCH,
        BookRoutes::text,
        (caller, text) -> search.find(text).thenApply(ApiResponse::ok));
    apiRouter.getElsewhere(
        "/api/books/covers/:cover_id",
        RateLimit.COVER,
        BookRoutes::coverId,
        (caller, id) ->
            coverService
                .get(id)
                .thenApply(
                    found -> {
                      CoverImage coverImage = found.orElseThrow(Problem::notFound);
                      return ApiResponse.content(coverImage.type(), coverImage.content())
                          .with("Cache-Control", FOR_GOOD);
                    }));
  }

  private static String text(ApiRequest apiRequest) {
    var queryParameters = apiRequest.query();
    String text = queryParameters.optionalText("q", LONGEST_TEXT).orElse("");
    queryParameters.done();
    return text;
  }

  private static int coverId(ApiRequest apiRequest) {
    long id = apiRequest.pathId("cover_id");
    if (id > Integer.MAX_VALUE) {
      throw Problem.notFound();
    }
    return (int) id;
  }
}
