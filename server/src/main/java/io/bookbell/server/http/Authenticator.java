package io.bookbell.server.http;

import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Looks up who sends a request. Any thread may call it. */
public interface Authenticator {
  /**
   * The owner of a session.
   *
   * @param renewed the lifetime of a renewed session cookie; empty if it was renewed less than a
   *     day ago
   */
  record AuthenticatedCaller(Caller caller, Optional<Duration> renewed) {}

  /** Fails with a {@link Problem} 401 if the session is unknown, ended or expired. */
  CompletionStage<AuthenticatedCaller> authenticate(String token, ClientDescription client);

  /**
   * Looks up a key and checks that it may be used for this call. Fails with a {@link Problem}: 401
   * if the key is invalid, 429 if it is one invalid key too many, 403 if it doesn't have the call's
   * scope.
   */
  CompletionStage<AuthenticatedCaller> authenticateKey(String key, CallOrigin callOrigin);

  /** Looks up a session's token or a key, whichever the request was sent with. */
  default CompletionStage<AuthenticatedCaller> authenticate(
      Credentials credentials, RoutingContext context, OriginPolicy originPolicy) {
    return credentials.isKey()
        ? authenticateKey(credentials.token(), CallOrigin.of(context, originPolicy))
        : authenticate(credentials.token(), ClientDescription.of(context.request(), originPolicy));
  }

  /** Redeems a WebSocket ticket, which is valid once. Fails with a {@link Problem} 401. */
  CompletionStage<Caller> redeemTicket(String ticket);

  /** Returns whether the caller's session or key is still valid. */
  CompletionStage<Boolean> isAlive(Caller caller);

  /** Whether the token belonged to a session that ended a short while ago. */
  CompletionStage<Boolean> hasEnded(String token);
}
