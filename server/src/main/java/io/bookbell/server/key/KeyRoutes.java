package io.bookbell.server.key;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.key.KeyStore.KeyTerms;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** {@code /api/keys}: the caller's own keys. */
public final class KeyRoutes {
  private static final String PATH = "/api/keys";
  private static final int MAX_NAME_LENGTH = 60;
  private static final List<String> SCOPES =
      Arrays.stream(KeyScope.values()).map(KeyScope::wireName).toList();

  private KeyRoutes() {}

  public static void addRoutes(ApiRouter apiRouter, KeyStore keyStore) {
    apiRouter.postSecret(
        PATH,
        RateLimit.ACCOUNT,
        KeyRoutes::parseTerms,
        (tx, caller, keyTerms) -> {
          var createdKey = keyStore.create(tx, caller, keyTerms);
          return ApiResponse.created(
              new CreatedKeyResponse(createdKey.apiKey(), createdKey.secret()));
        });
    apiRouter.get(
        PATH,
        apiRequest -> {
          apiRequest.queryParameters().requireNoErrors();
          return apiRequest;
        },
        (tx, caller, _) -> ApiResponse.ok(new KeyList(keyStore.list(tx, caller.user()))));
    apiRouter.deleteFromReserve(
        PATH + "/:id",
        apiRequest -> apiRequest.pathId("id"),
        (tx, caller, id) -> {
          keyStore.revoke(tx, caller.user(), id);
          return ApiResponse.noContent();
        });
  }

  private static KeyTerms parseTerms(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var keyTerms =
        new KeyTerms(
            jsonBody.requiredLine("name", 1, MAX_NAME_LENGTH),
            jsonBody.requiredSomeOf("scopes", SCOPES).stream()
                .map(KeyScope::of)
                .collect(Collectors.toSet()),
            jsonBody.optionalInstant("expires_at"));
    jsonBody.requireNoErrors();
    return keyTerms;
  }

  private record CreatedKeyResponse(@JsonUnwrapped ApiKey apiKey, String key) {}

  private record KeyList(List<ApiKey> items) {}
}
