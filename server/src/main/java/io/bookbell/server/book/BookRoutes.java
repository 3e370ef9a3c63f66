package io.bookbell.server.book;

import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.Problem;
import io.bookbell.server.web.Rate;

/** {@code /api/books}: the catalogue's books and covers. */
public final class BookRoutes {
  private static final int LONGEST_TEXT = 200;
  private static final String FOR_GOOD = "private, max-age=31536000, immutable";

  private BookRoutes() {}

  public static void add(Api api, BookSearch search, Covers covers) {
    api.getElsewhere(
        "/api/books/search",
        Rate.SEARCH,
        BookRoutes::text,
        (caller, text) -> search.find(text).thenApply(Answer::ok));
    api.getElsewhere(
        "/api/books/covers/:cover_id",
        Rate.COVER,
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
