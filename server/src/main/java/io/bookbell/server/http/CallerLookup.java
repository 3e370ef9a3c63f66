package io.bookbell.server.http;

import io.bookbell.server.http.Credentials.SessionToken;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Authenticates requests by their credentials, and refuses requests from pages of other sites. Runs
 * on the request's event loop; stateless.
 */
final class CallerLookup {
  private final Authenticator authenticator;
  private final OriginPolicy originPolicy;
  private final ServerCookies serverCookies;
  private final CredentialReader credentialReader;
  private final RateLimits rateLimits;

  CallerLookup(
      Authenticator authenticator,
      OriginPolicy originPolicy,
      ServerCookies serverCookies,
      CredentialReader credentialReader,
      RateLimits rateLimits) {
    this.authenticator = authenticator;
    this.originPolicy = originPolicy;
    this.serverCookies = serverCookies;
    this.credentialReader = credentialReader;
    this.rateLimits = rateLimits;
  }

  /**
   * Authenticates the caller and counts the call against its rate limit. Fails with a {@link
   * Problem}: 401, 403 or 429.
   */
  Future<Caller> requireCaller(RoutingContext context, RateLimit rateLimit) {
    List<Credentials> candidates = credentialReader.readAll(context.request());
    if (candidates.isEmpty()) {
      throw Problem.unauthorized("Sign in first.");
    }
    return CredentialReader.tryEach(
            candidates,
            credentials -> {
              if (credentials.isAmbient() && !isSafe(context.request().method())) {
                rejectForeignOrigin(context, true);
              }
              return authenticate(context, credentials);
            })
        .map(
            caller -> {
              rateLimits.countCall(rateLimit, caller);
              return caller;
            });
  }

  /** Fails with a {@link Problem} 401 if the caller's session or key is no longer valid. */
  Future<Void> requireAlive(Caller caller) {
    return onContext(authenticator.isAlive(caller))
        .compose(
            alive ->
                alive
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        Problem.unauthorized("The session or key is no longer valid.")));
  }

  /**
   * Succeeds if the caller's session has just ended and the call may be a retry, because it has an
   * {@code Idempotency-Key}; otherwise fails with the original failure.
   */
  Future<Boolean> requireEndedSession(ApiRequest apiRequest, Throwable failure) {
    Optional<String> key = apiRequest.header(IdempotencyService.HEADER);
    Optional<String> token =
        credentialReader.sessionTokens(apiRequest.httpRequest()).stream().findFirst();
    boolean isUnknown =
        Problem.findIn(failure).filter(problem -> problem.status() == 401).isPresent();
    if (key.isEmpty() || token.isEmpty() || !isUnknown) {
      return Future.failedFuture(failure);
    }
    IdempotencyService.requireUsable(key.get());
    return onContext(authenticator.hasEnded(token.get()))
        .compose(ended -> ended ? Future.succeededFuture(ended) : Future.failedFuture(failure));
  }

  /** Looks up the session or the key, and renews a session's cookie once a day. */
  private Future<Caller> authenticate(RoutingContext context, Credentials credentials) {
    return onContext(authenticator.authenticate(credentials, context, originPolicy))
        .map(
            found -> {
              ExpectedUser.require(context.request(), found.caller());
              if (credentials instanceof SessionToken sessionToken) {
                sessionToken
                    .cookie()
                    .ifPresent(name -> renewCookie(context, name, sessionToken, found.renewed()));
              }
              return found.caller();
            });
  }

  /**
   * Renews the cookie if the session was renewed. A cookie under a former name is expired along
   * with that, or along with cookies set by the route: only now is it known to be ours.
   */
  private void renewCookie(
      RoutingContext context, String name, SessionToken sessionToken, Optional<Duration> renewed) {
    ServerCookies.CookieSetter cookieSetter =
        new ApiRequest(context, originPolicy, serverCookies).cookieSetter();
    var headers = new ArrayList<String>();
    renewed.ifPresent(
        lifetime -> headers.add(cookieSetter.sessionCookie(sessionToken.token(), lifetime)));
    List<String> expiries = serverCookies.expireFormerName(name, cookieSetter.secure());
    if (!expiries.isEmpty()) {
      ResponseWriter.expireCookies(context, expiries);
    }
    if (!headers.isEmpty()) {
      headers.addAll(expiries);
      context.response().putHeader("Set-Cookie", headers);
    }
  }

  /**
   * Authenticates the caller of a route that requires no session, if possible. Fails like {@link
   * #requireCaller}.
   */
  Future<Optional<Caller>> findCaller(RoutingContext context) {
    rejectForeignOrigin(context, false);
    rateLimits.countAnonymousCall(
        RateLimit.OPEN, originPolicy.clientAddress(context.request()).networkKey());
    ResponseWriter.expireCookies(context, serverCookies.expireUnread(context.request()));
    List<Credentials> candidates =
        credentialReader.readAll(context.request()).stream()
            .filter(found -> originPolicy.isAllowed(context.request(), found.isAmbient()))
            .toList();
    if (candidates.isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    Future<Optional<Caller>> caller =
        CredentialReader.tryEach(
            candidates, found -> authenticate(context, found).map(Optional::of));
    return candidates.getLast().isAmbient() ? caller.recover(CallerLookup::emptyIfEnded) : caller;
  }

  /**
   * Like {@link #findCaller}, for a GET that another site may have sent the browser to. An invalid
   * session counts as none.
   */
  Future<Optional<Caller>> findVisitor(RoutingContext context) {
    rateLimits.countAnonymousCall(
        RateLimit.OPEN, originPolicy.clientAddress(context.request()).networkKey());
    List<Credentials> candidates = credentialReader.readAll(context.request());
    return candidates.isEmpty()
        ? Future.succeededFuture(Optional.empty())
        : CredentialReader.tryEach(
                candidates, found -> authenticate(context, found).map(Optional::of))
            .recover(CallerLookup::emptyIfEnded);
  }

  private static Future<Optional<Caller>> emptyIfEnded(Throwable failure) {
    boolean ended = Problem.findIn(failure).filter(problem -> problem.status() == 401).isPresent();
    return ended ? Future.succeededFuture(Optional.empty()) : Future.failedFuture(failure);
  }

  /** Whether a method is safe as defined by RFC 9110. */
  static boolean isSafe(HttpMethod method) {
    return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
  }

  private void rejectForeignOrigin(RoutingContext context, boolean byCookie) {
    if (!originPolicy.isAllowed(context.request(), byCookie)) {
      throw Problem.of(
          403, "foreign_origin", "Not allowed", "Pages of other sites cannot do this.");
    }
  }

  /** Continues on the request's event loop, whichever thread completes the stage. */
  static <T> Future<T> onContext(CompletionStage<T> stage) {
    Context context = Vertx.currentContext();
    return Future.fromCompletionStage(stage, context);
  }
}
