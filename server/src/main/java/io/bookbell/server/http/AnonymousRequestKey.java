package io.bookbell.server.http;

import java.util.Optional;

/**
 * The idempotency key of a request that may come without a session. It is stored only as keyed
 * hashes (HMAC under the client's {@code Idempotency-Key}), which reveal nothing about the body:
 * that may contain a password.
 *
 * @param keyHash identifies the key
 * @param requestHash of user, route, query and body
 * @param newcomersHash the same without a user, because a retry may carry the session cookie that
 *     the lost response had set
 */
public record AnonymousRequestKey(String keyHash, String requestHash, String newcomersHash) {
  /** The key of a request, if the request has one. */
  public static Optional<AnonymousRequestKey> of(ApiRequest apiRequest, Optional<Caller> caller) {
    return apiRequest
        .header(IdempotencyService.HEADER)
        .map(
            key -> {
              IdempotencyService.requireUsable(key);
              String newcomer = hashRequest(key, apiRequest, "");
              return new AnonymousRequestKey(
                  Hmac.hexDigest(key, "key of a call without a session"),
                  caller
                      .map(known -> hashRequest(key, apiRequest, known.user().toString()))
                      .orElse(newcomer),
                  newcomer);
            });
  }

  private static String hashRequest(String key, ApiRequest apiRequest, String user) {
    return Hmac.hexDigest(
        key,
        user + "\n" + apiRequest.routeKey() + "\n" + Sha256.hexDigest(apiRequest.queryAndBody()));
  }

  /**
   * Compares with the stored hash of an earlier request with this key.
   *
   * @throws Problem 409 if that was a different request
   */
  public void requireEqual(String earlier) {
    if (!earlier.equals(requestHash) && !earlier.equals(newcomersHash)) {
      throw IdempotencyService.keyConflict();
    }
  }
}
