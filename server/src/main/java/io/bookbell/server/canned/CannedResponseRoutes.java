package io.bookbell.server.canned;

import io.bookbell.hub.UserId;
import io.bookbell.server.canned.CannedResponseService.CannedResponseChanges;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import java.util.List;

/** {@code /api/canned-responses}: saved replies. */
public final class CannedResponseRoutes {
  private static final String PATH = "/api/canned-responses";
  private static final int MAX_NAME_LENGTH = 60;
  private static final int MAX_BODY_LENGTH = 4000;

  private CannedResponseRoutes() {}

  public static void addRoutes(ApiRouter apiRouter, CannedResponseService responses) {
    apiRouter.get(
        PATH,
        CannedResponseRoutes::parseCreatorId,
        (tx, caller, creator) ->
            ApiResponse.ok(new CannedResponseList(responses.list(tx, caller.user(), creator))));
    apiRouter.post(
        PATH,
        CannedResponseRoutes::parseNewResponse,
        (tx, caller, newCannedResponse) ->
            ApiResponse.created(
                responses.create(
                    tx,
                    caller.user(),
                    newCannedResponse.creator,
                    newCannedResponse.name,
                    newCannedResponse.body)));
    apiRouter.patch(
        PATH + "/:id",
        CannedResponseRoutes::parseUpdate,
        (tx, caller, cannedResponsePatch) ->
            ApiResponse.ok(
                responses.update(
                    tx, caller.user(), cannedResponsePatch.id, cannedResponsePatch.changes)));
    apiRouter.delete(
        PATH + "/:id",
        apiRequest -> apiRequest.pathId("id"),
        (tx, caller, id) -> {
          responses.remove(tx, caller.user(), id);
          return ApiResponse.noContent();
        });
  }

  private static UserId parseCreatorId(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    UserId creator = queryParameters.requiredUserId("creator_id");
    queryParameters.requireNoErrors();
    return creator;
  }

  private static NewCannedResponse parseNewResponse(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var newCannedResponse =
        new NewCannedResponse(
            jsonBody.requiredUserId("creator_id"),
            jsonBody.requiredLine("name", 1, MAX_NAME_LENGTH),
            jsonBody.requiredText("body", 1, MAX_BODY_LENGTH));
    jsonBody.requireNoErrors();
    return newCannedResponse;
  }

  private static CannedResponsePatch parseUpdate(ApiRequest apiRequest) {
    long id = apiRequest.pathId("id");
    JsonBody jsonBody = apiRequest.jsonBody();
    var cannedResponseChanges =
        new CannedResponseChanges(
            jsonBody.optionalLine("name", 1, MAX_NAME_LENGTH),
            jsonBody.optionalText("body", 1, MAX_BODY_LENGTH));
    jsonBody.requireNoErrors();
    return new CannedResponsePatch(id, cannedResponseChanges);
  }

  private record NewCannedResponse(UserId creator, String name, String body) {}

  private record CannedResponsePatch(long id, CannedResponseChanges changes) {}

  private record CannedResponseList(List<CannedResponse> items) {}
}
