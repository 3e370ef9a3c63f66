package io.bookbell.server.creator;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** {@code /api/creators/{id}/picture}. */
public final class ProfilePictureRoutes {
  private static final String PATH = "/api/creators/:id/picture";

  /**
   * The content of a URL with a version never changes. Without a version, browsers have to
   * revalidate.
   */
  private static final String FOR_GOOD = "private, max-age=31536000, immutable";

  private ProfilePictureRoutes() {}

  public static void addRoutes(
      ApiRouter apiRouter,
      Database database,
      ProfilePictureService profilePictureService,
      PictureDecoder reader) {
    apiRouter.get(
        PATH,
        ProfilePictureRoutes::parsePictureQuery,
        (tx, caller, pictureQuery) ->
            pictureResponse(
                profilePictureService.get(tx, caller.user(), pictureQuery.creator),
                pictureQuery.byVersion));
    apiRouter.putPrepared(
        PATH,
        RateLimit.UPLOAD,
        (apiRequest, caller) ->
            database
                .read(tx -> requireRight(tx, profilePictureService, apiRequest, caller))
                .thenCompose(creator -> parseUpload(apiRequest, creator, reader)),
        (tx, caller, pictureUpload) ->
            ApiResponse.ok(
                profilePictureService.replacePicture(
                    tx, caller.user(), pictureUpload.creator, pictureUpload.picture)));
    apiRouter.delete(
        PATH,
        apiRequest -> apiRequest.pathUserId("id"),
        (tx, caller, creator) ->
            ApiResponse.ok(profilePictureService.removePicture(tx, caller.user(), creator)));
  }

  private static PictureQuery parsePictureQuery(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    boolean byVersion = queryParameters.optionalId("v").isPresent();
    queryParameters.requireNoErrors();
    return new PictureQuery(apiRequest.pathUserId("id"), byVersion);
  }

  /** Nobody else has a picture decoded, which is expensive. The command checks it again. */
  private static UserId requireRight(
      Transaction tx,
      ProfilePictureService profilePictureService,
      ApiRequest apiRequest,
      Caller caller) {
    UserId creator = apiRequest.pathUserId("id");
    profilePictureService.requireRight(tx, caller.user(), creator);
    return creator;
  }

  private static CompletionStage<PictureUpload> parseUpload(
      ApiRequest apiRequest, UserId creator, PictureDecoder reader) {
    return reader
        .readPicture(apiRequest.bodyBytes(), apiRequest.whenEnded())
        .thenApply(profilePicture -> new PictureUpload(creator, profilePicture));
  }

  /**
   * Returns the picture with a content security policy that lets nothing in it run if it is opened
   * as a document.
   */
  private static ApiResponse pictureResponse(ProfilePicture profilePicture, boolean byVersion) {
    return ApiResponse.ofFile(
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
