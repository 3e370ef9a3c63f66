package io.bookbell.server.creator;

import io.bookbell.hub.UserId;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.Rate;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** {@code /api/creators/{id}/picture}. */
public final class PictureRoutes {
  private static final String PATH = "/api/creators/:id/picture";

  /** An address with a version never shows anything else; without, it is asked for each time. */
  private static final String FOR_GOOD = "private, max-age=31536000, immutable";

  private PictureRoutes() {}

  public static void add(Api api, Pictures pictures, PictureReader reader) {
    api.get(
        PATH,
        PictureRoutes::wanted,
        (tx, caller, wanted) ->
            answer(pictures.get(tx, caller.user(), wanted.creator), wanted.byVersion));
    api.putPrepared(
        PATH,
        Rate.UPLOAD,
        call -> sent(call, reader),
        (tx, caller, sent) ->
            Answer.ok(pictures.put(tx, caller.user(), sent.creator, sent.picture)));
    api.delete(
        PATH,
        call -> call.pathUser("id"),
        (tx, caller, creator) -> Answer.ok(pictures.delete(tx, caller.user(), creator)));
  }

  private static Wanted wanted(Call call) {
    var query = call.query();
    boolean byVersion = query.optionalId("v").isPresent();
    query.done();
    return new Wanted(call.pathUser("id"), byVersion);
  }

  private static CompletionStage<Sent> sent(Call call, PictureReader reader) {
    UserId creator = call.pathUser("id");
    return reader.read(call.bytes()).thenApply(picture -> new Sent(creator, picture));
  }

  /** Should it be opened by itself, nothing in it may run. */
  private static Answer answer(Picture picture, boolean byVersion) {
    return Answer.file(
        picture.mediaType(),
        picture.content(),
        Map.of(
            "Cache-Control",
            byVersion ? FOR_GOOD : "no-cache",
            "Content-Security-Policy",
            "default-src 'none'; sandbox"));
  }

  private record Wanted(UserId creator, boolean byVersion) {}

  private record Sent(UserId creator, Picture picture) {}
}
