package io.bookbell.server.http;

import io.bookbell.server.http.Credentials.ProgramKey;
import io.bookbell.server.http.Credentials.ProxyUser;
import io.bookbell.server.http.Credentials.SessionToken;
import io.bookbell.server.http.Credentials.SiteToken;
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

  /**
   * Checks a token of the site that people come from. Fails with a {@link Problem}: 401 if it isn't
   * valid or its user has no account, 503 if it can't be checked now.
   */
  CompletionStage<AuthenticatedCaller> authenticateSiteToken(String token);

  /**
   * Finds the account of somebody whom a trusted proxy has signed in, or creates it. Fails with a
   * {@link Problem} 401 if the proxy gives no usable address.
   */
  CompletionStage<AuthenticatedCaller> authenticateProxyUser(ProxyUser user);

  /** Looks up whatever the request was sent with. */
  default CompletionStage<AuthenticatedCaller> authenticate(
      Credentials credentials, RoutingContext context, OriginPolicy originPolicy) {
    return switch (credentials) {
      case SessionToken(String token, var _) ->
          authenticate(token, ClientDescription.of(context.request(), originPolicy));
      case ProgramKey(String key) -> authenticateKey(key, CallOrigin.of(context, originPolicy));
      case SiteToken(String token, var _) -> authenticateSiteToken(token);
      case ProxyUser user -> authenticateProxyUser(user);
    };
  }

  /** Redeems a WebSocket ticket, which is valid once. Fails with a {@link Problem} 401. */
  CompletionStage<Caller> redeemTicket(String ticket);

  /** Returns whether the caller's session, key or account is still valid. */
  CompletionStage<Boolean> isAlive(Caller caller);

  /** Whether the token belonged to a session that ended a short while ago. */
  CompletionStage<Boolean> hasEnded(String token);
}
