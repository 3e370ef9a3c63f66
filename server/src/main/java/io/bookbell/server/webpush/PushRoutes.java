package io.bookbell.server.webpush;

import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;

/** {@code GET /api/push-key}: the key that browsers subscribe to. */
public final class PushRoutes {
  private PushRoutes() {}

  public static void addRoutes(ApiRouter apiRouter, PushKeyStore pushKeyStore) {
    apiRouter.get(
        "/api/push-key",
        apiRequest -> {
          apiRequest.queryParameters().requireNoErrors();
          return apiRequest;
        },
        (tx, _, _) -> ApiResponse.ok(new PublicKeyResponse(pushKeyStore.publicKey(tx))));
  }

  private record PublicKeyResponse(String publicKey) {}
}
