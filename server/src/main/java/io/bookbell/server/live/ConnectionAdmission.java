package io.bookbell.server.live;

import io.bookbell.hub.CloseReason;
import io.bookbell.hub.Connection;
import io.bookbell.hub.Position;
import io.bookbell.hub.UpgradeGate;
import io.bookbell.hub.UserId;
import io.bookbell.server.http.Authenticator;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.CredentialReader;
import io.bookbell.server.http.Credentials;
import io.bookbell.server.http.ExpectedUser;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.http.OriginPolicy;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.QueryParameters;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.http.RateLimits;
import io.bookbell.server.live.LiveConnections.ConnectionSlot;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a connection must pass before it opens, whatever its transport: the caller, the origin, the
 * rate limit, a free slot, and a session or key that hasn't ended meanwhile. Called on event loops;
 * stateless.
 */
public final class ConnectionAdmission {
  /** The name under which a connection's metadata holds the hash of its session or key. */
  static final String SESSION = "session";

  /** The name of a connection's metadata if it was opened with a key that may only read. */
  static final String READ_ONLY = "read_only";

  private static final Logger log = LoggerFactory.getLogger(ConnectionAdmission.class);
  private static final int MAX_TICKET_LENGTH = 100;
  private static final int MAX_POSITION_LENGTH = 100;

  private final LiveConnections liveConnections;
  private final Authenticator gate;
  private final OriginPolicy originPolicy;
  private final CredentialReader credentialReader;
  private final RateLimits rateLimits;

  public ConnectionAdmission(
      LiveConnections liveConnections,
      Authenticator gate,
      OriginPolicy originPolicy,
      CredentialReader credentialReader,
      RateLimits rateLimits) {
    this.liveConnections = liveConnections;
    this.gate = gate;
    this.originPolicy = originPolicy;
    this.credentialReader = credentialReader;
    this.rateLimits = rateLimits;
  }

  /**
   * Authenticates by ticket or by whatever else the request was sent with, and refuses pages of
   * other sites, except with a key, which no browser sends by itself. An unknown bearer token,
   * which may belong to a proxy, doesn't hide a cookie. Refuses a page that shows somebody else.
   *
   * @param isOriginSent whether browsers always name the page's origin in such a request, so that
   *     with a cookie it must be there
   */
  Future<Caller> findCaller(
      RoutingContext context, QueryParameters queryParameters, boolean isOriginSent) {
    HttpServerRequest request = context.request();
    Optional<String> ticket = queryParameters.optionalText("ticket", MAX_TICKET_LENGTH);
    if (ticket.isPresent()) {
      rejectForeignOrigin(request, false);
      return onContext(gate.redeemTicket(ticket.get()));
    }
    List<Credentials> candidates = credentialReader.readAll(request);
    if (candidates.isEmpty()) {
      throw Problem.unauthorized("Sign in first, or connect with a ticket.");
    }
    return CredentialReader.tryEach(
        candidates,
        credentials -> {
          if (!(credentials instanceof Credentials.ProgramKey)) {
            rejectForeignOrigin(request, credentials.isAmbient() && isOriginSent);
          }
          return authenticate(context, credentials);
        });
  }

  private Future<Caller> authenticate(RoutingContext context, Credentials credentials) {
    return onContext(
            gate.authenticate(credentials, context, originPolicy)
                .thenApply(Authenticator.AuthenticatedCaller::caller))
        .map(
            caller -> {
              ExpectedUser.require(context.request(), caller);
              return caller;
            });
  }

  private static Future<Caller> onContext(CompletionStage<Caller> stage) {
    return Future.fromCompletionStage(stage, Vertx.currentContext());
  }

  private void rejectForeignOrigin(HttpServerRequest request, boolean isRequired) {
    if (!originPolicy.isAllowed(request, isRequired)) {
      throw Problem.of(
          403, "foreign_origin", "Not allowed", "Pages of other sites cannot connect here.");
    }
  }

  /** Reads {@code since}; a blank one counts as missing. */
  static Optional<Position> readPosition(QueryParameters queryParameters) {
    return queryParameters
        .optionalVerbatim("since", MAX_POSITION_LENGTH)
        .filter(text -> !text.isBlank())
        .map(text -> parsePosition(queryParameters, "since", text));
  }

  /** Parses a position, and records an error in its field if it isn't one. */
  static Position parsePosition(QueryParameters queryParameters, String field, String text) {
    try {
      return Position.parse(text);
    } catch (IllegalArgumentException e) {
      queryParameters.checkField(field, false, "must be seq or epoch:seq, such as 42 or a1b2:42");
      return Position.of(0);
    }
  }

  /**
   * Counts a call, and reserves a slot with the caller's profile. Fails with a {@link Problem} 429
   * if there have been too many of either.
   */
  Future<ConnectionSlot> takeSlot(Caller caller) {
    rateLimits.countCall(RateLimit.CONNECT, caller);
    return Future.fromCompletionStage(
        reserveSlot(caller.user())
            .thenCompose(slot -> liveConnections.addProfile(caller.user(), slot)),
        Vertx.currentContext());
  }

  /** Reserves a slot. A poll needs no more: its call was already counted, and it has no profile. */
  CompletionStage<ConnectionSlot> reserveSlot(UserId user) {
    return liveConnections
        .reserveSlot(user)
        .thenApply(slot -> slot.orElseThrow(ConnectionAdmission::tooManyConnections));
  }

  static Problem tooManyConnections() {
    return Problem.tooMany("too_many_connections", "You have too many connections open.", 1);
  }

  /** The metadata of a caller's connection. */
  static Map<String, String> metadataOf(Caller caller, ConnectionSlot slot) {
    var metadata = new HashMap<>(slot.profile());
    metadata.put(SESSION, caller.session());
    if (!caller.hasScope(KeyScope.WRITE)) {
      metadata.put(READ_ONLY, "true");
    }
    return metadata;
  }

  static Channel channelOf(HttpServerRequest request) {
    return ((HttpServerConnection) request.connection()).channelHandlerContext().channel();
  }

  /** Whether the hub may take over the request's channel. */
  static boolean mayTakeOver(HttpServerRequest request) {
    return UpgradeGate.isGateClosed(channelOf(request));
  }

  /**
   * Closes the connection if its session or key ended before the connection was registered, because
   * {@link LiveConnections#sessionEnded} didn't find it then.
   */
  void closeIfSessionEnded(Caller caller, Connection connection) {
    gate.isAlive(caller)
        .whenComplete(
            (alive, failure) -> {
              if (failure != null) {
                log.warn("The session of a new connection could not be looked up again", failure);
              } else if (!alive) {
                connection.close(CloseReason.SESSION_ENDED);
              }
            });
  }

  /** Closes the connection, which has this channel to itself, when the caller's time is over. */
  void closeWhenExpired(Caller caller, Connection connection, Channel channel) {
    liveConnections.expiry().closeWhenExpired(caller, connection, channel);
  }

  /**
   * Closes a poll's connection when the caller's key or token expires.
   *
   * @return the task that does so, to cancel once the connection has closed; empty if the caller
   *     has no key or token, or one that doesn't expire
   */
  static Optional<ScheduledFuture<?>> closeWhenExpired(
      Caller caller, Connection connection, EventLoop loop) {
    return caller
        .timeLeft()
        .map(timeLeft -> ConnectionExpiry.scheduleClose(connection, timeLeft, loop));
  }
}
