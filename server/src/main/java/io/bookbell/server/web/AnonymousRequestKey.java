package io.bookbell.server.web;

import java.util.Optional;

/**
 * A repeatable call that may come without a session, known by hashes that only somebody with its
 * {@code Idempotency-Key} can compute. Its body may hold a password, and these tell nothing of it.
 *
 * @param requestHash of the user, route, query and body
 * @param newcomersHash the same, for somebody without a session: the session that the lost answer
 *     opened may have arrived as a cookie
 */
public record AnonymousRequestKey(String keyHash, String requestHash, String newcomersHash) {
  /** The call, if it has a key. */
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
   * Compares with the hash of an earlier call with this key.
   *
   * @throws Problem 409 when that was another one
   */
  public void requireEqual(String earlier) {
    if (!earlier.equals(requestHash) && !earlier.equals(newcomersHash)) {
      throw IdempotencyService.keyConflict();
    }
  }
}
