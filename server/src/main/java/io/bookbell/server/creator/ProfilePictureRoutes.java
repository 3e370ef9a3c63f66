package io.bookbell.server.creator;

import io.bookbell.hub.UserId;
import io.bookbell.server.web.ApiRequest;
import io.bookbell.server.web.ApiResponse;
import io.bookbell.server.web.ApiRouter;
import io.bookbell.server.web.RateLimit;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** {@code /api/creators/{id}/picture}. */
public final class ProfilePictureRoutes {
  private static final String PATH = "/api/creators/:id/picture";

  /** An address with a version never shows anything else; without, it is asked for each time. */
  private static final String FOR_GOOD = "private, max-age=31536000, immutable";

  private ProfilePictureRoutes() {}

  public static void add(
      ApiRouter apiRouter, ProfilePictureService profilePictureService, PictureDecoder reader) {
    apiRouter.get(
        PATH,
        ProfilePictureRoutes::wanted,
        (tx, caller, pictureQuery) ->
            answer(
                profilePictureService.get(tx, caller.user(), pictureQuery.creator),
                pictureQuery.byVersion));
    apiRouter.putPrepared(
        PATH,
        RateLimit.UPLOAD,
        apiRequest -> sent(apiRequest, reader),
        (tx, caller, pictureUpload) ->
            ApiResponse.ok(
                profilePictureService.put(
                    tx, caller.user(), pictureUpload.creator, pictureUpload.picture)));
    apiRouter.delete(
        PATH,
        apiRequest -> apiRequest.pathUser("id"),
        (tx, caller, creator) ->
            ApiResponse.ok(profilePictureService.delete(tx, caller.user(), creator)));
  }

  private static PictureQuery wanted(ApiRequest apiRequest) {
    var queryParameters = apiRequest.query();
    boolean byVersion = queryParameters.optionalId("v").isPresent();
    queryParameters.done();
    return new PictureQuery(apiRequest.pathUser("id"), byVersion);
  }

  private static CompletionStage<PictureUpload> sent(ApiRequest apiRequest, PictureDecoder reader) {
    UserId creator = apiRequest.pathUser("id");
    return reader
        .read(apiRequest.bytes())
        .thenApply(profilePicture -> new PictureUpload(creator, profilePicture));
  }

  /** Should it be opened by itself, nothing in it may run. */
  private static ApiResponse answer(ProfilePicture profilePicture, boolean byVersion) {
    return ApiResponse.file(
        profilePicture.mediaType(),
        profilePicture.content(),
        Map.of(
            "Cache-Control",
            byVersion ? FOR_GOOD : "no-cache",
            "Content-Security-Policy",
            "default-src 'none'; sandbox"));
  }

  private record PictureQuery(UserId creator, boolean byVersion) {}

  private record PictureUpload(UserId creator, ProfilePicture picture) {}
}
