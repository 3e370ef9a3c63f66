package io.bookbell.server.book;

import io.bookbell.hub.UserId;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.Problem;
import io.bookbell.server.web.RateLimiter;

/** {@code /api/books}: the catalogue's books and covers. */
public final class BookRoutes {
  private static final int LONGEST_TEXT = 200;
  private static final String FOR_GOOD = "private, max-age=31536000, immutable";

  private BookRoutes() {}

  /**
   * Adds the routes.
   *
   * @param searches how often one user may search
   */
  public static void add(Api api, BookSearch search, Covers covers, RateLimiter<UserId> searches) {
    api.getElsewhere(
        "/api/books/search",
        BookRoutes::text,
        (caller, text) -> {
          if (!searches.tryCount(caller.user())) {
            throw Problem.tooMany(
                "rate_limited", "That is too many in a minute.", searches.secondsToWait());
          }
          return search.find(text).thenApply(Answer::ok);
        });
    api.getElsewhere(
        "/api/books/covers/:cover_id",
        BookRoutes::coverId,
        (caller, id) ->
            covers
                .get(id)
                .thenApply(
                    found -> {
                      Picture picture = found.orElseThrow(Problem::notFound);
                      return Answer.content(picture.type(), picture.content())
                          .with("Cache-Control", FOR_GOOD);
                    }));
  }

  private static String text(Call call) {
    var query = call.query();
    String text = query.optionalText("q", LONGEST_TEXT).orElse("");
    query.done();
    return text;
  }

  private static int coverId(Call call) {
    long id = call.pathId("cover_id");
    if (id > Integer.MAX_VALUE) {
      throw Problem.notFound();
    }
    return (int) id;
  }
}
