package io.bookbell.server.live;

import io.bookbell.hub.CloseReason;
import io.bookbell.hub.Connection;
import io.bookbell.hub.Position;
import io.bookbell.hub.UpgradeGate;
import io.bookbell.hub.UserId;
import io.bookbell.server.account.SessionAuthenticator;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Authenticator;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.Credentials;
import io.bookbell.server.http.OriginPolicy;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.QueryParameters;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.http.RateLimits;
import io.bookbell.server.http.ServerCookies;
import io.bookbell.server.live.LiveConnections.ConnectionSlot;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /api/book-requests/ws}: authenticates and checks the request before the upgrade,
 * answers the handshake, and passes the channel to the hub. Called on event loops; stateless.
 */
public final class WebSocketRoutes {
  /** The key under which a connection's metadata holds the hash of its session. */
  static final String SESSION = "session";

  private static final Logger log = LoggerFactory.getLogger(WebSocketRoutes.class);
  private static final String PATH = "/api/book-requests/ws";
  private static final int LONGEST_TICKET = 100;
  private static final int LONGEST_POSITION = 100;

  private final LiveConnections liveConnections;
  private final SessionAuthenticator gate;
  private final OriginPolicy originPolicy;
  private final ServerCookies serverCookies;
  private final RateLimits rateLimits;

  public WebSocketRoutes(
      LiveConnections liveConnections,
      SessionAuthenticator gate,
      OriginPolicy originPolicy,
      ServerCookies serverCookies,
      RateLimits rateLimits) {
    this.liveConnections = liveConnections;
    this.gate = gate;
    this.originPolicy = originPolicy;
    this.serverCookies = serverCookies;
    this.rateLimits = rateLimits;
  }

  public void addRoutes(Router router) {
    router.get(PATH).putMetadata(ApiRouter.RATE, RateLimit.CONNECT).handler(this::handleRequest);
  }

  /** Whether requests for a path may become WebSockets. Only the exact spelling counts. */
  public static boolean isPath(String path) {
    return path.equals(PATH);
  }

  private void handleRequest(RoutingContext context) {
    ApiRouter.markRoute(context, PATH);
    HttpServerRequest request = context.request();
    QueryParameters queryParameters = new QueryParameters(context::queryParam);
    var ticket = queryParameters.optionalText("ticket", LONGEST_TICKET);
    findCaller(request, ticket)
        .compose(caller -> upgradeConnection(request, caller, queryParameters))
        .onFailure(context::fail);
  }

  private Future<Caller> findCaller(HttpServerRequest request, Optional<String> ticket) {
    Optional<Credentials> credentials = Credentials.of(request, serverCookies);
    if (ticket.isEmpty() && credentials.isEmpty()) {
      throw Problem.unauthorized("Sign in first, or connect with a ticket.");
    }
    boolean byCookie = ticket.isEmpty() && credentials.orElseThrow().isFromCookie();
    rejectForeignOrigin(request, byCookie);
    CompletionStage<Caller> caller =
        ticket.isPresent()
            ? gate.redeemTicket(ticket.get())
            : gate.authenticate(credentials.orElseThrow().token())
                .thenApply(Authenticator.AuthenticatedCaller::caller);
    return Future.fromCompletionStage(caller, Vertx.currentContext());
  }

  private void rejectForeignOrigin(HttpServerRequest request, boolean byCookie) {
    if (!originPolicy.isAllowed(request, byCookie)) {
      throw Problem.of(
          403, "foreign_origin", "Not allowed", "Pages of other sites cannot connect here.");
    }
  }

  private Future<Void> upgradeConnection(
      HttpServerRequest request, Caller caller, QueryParameters queryParameters) {
    UserId user = queryParameters.requiredUserId("user_id");
    Optional<Position> since =
        queryParameters
            .optionalVerbatim("since", LONGEST_POSITION)
            .filter(text -> !text.isBlank())
            .map(text -> parsePosition(queryParameters, text));
    queryParameters.requireNoErrors();
    if (!user.equals(caller.user())) {
      throw Problem.forbidden("user_id does not match the session.");
    }
    WebSocketHandshake.requireHandshake(request);
    if (!UpgradeGate.isGateClosed(channelOf(request))) {
      throw Problem.malformedRequest("A handshake has no body, and its path is " + PATH + ".");
    }
    rateLimits.countCall(RateLimit.CONNECT, user);
    return Future.fromCompletionStage(liveConnections.reserveSlot(user), Vertx.currentContext())
        .compose(
            seat -> {
              ConnectionSlot place = seat.orElseThrow(WebSocketRoutes::tooManyConnections);
              Channel channel = channelOf(request);
              // Registered here because a client that gives up before the upgrade never becomes a
              // connection.
              channel.closeFuture().addListener(_ -> place.releaseSlot());
              WebSocketHandshake.writeUpgradeHeaders(request);
              return request
                  .toNetSocket()
                  .onFailure(_ -> place.releaseSlot())
                  .map(_ -> connectToHub(channel, place, caller, since));
            });
  }

  private static Problem tooManyConnections() {
    return Problem.tooMany("too_many_connections", "You have too many connections open.", 1);
  }

  private static Channel channelOf(HttpServerRequest request) {
    return ((HttpServerConnection) request.connection()).channelHandlerContext().channel();
  }

  private @Nullable Void connectToHub(
      Channel channel, ConnectionSlot connectionSlot, Caller caller, Optional<Position> since) {
    Map<String, String> metadata = Map.of(SESSION, caller.session());
    Connection connection =
        liveConnections.webSocketManager().connect(channel, connectionSlot.here(), metadata, since);
    channel.closeFuture().addListener(_ -> liveConnections.connectionClosed(connection));
    closeIfSessionEnded(caller, connection);
    return null;
  }

  private static Position parsePosition(QueryParameters queryParameters, String text) {
    try {
      return Position.parse(text);
    } catch (IllegalArgumentException e) {
      queryParameters.checkField("since", false, "must be seq or epoch:seq, such as 42 or a1b2:42");
      return new Position(Optional.empty(), 0);
    }
  }

  /**
   * Closes the connection if its session ended before the connection was registered, because {@link
   * LiveConnections#sessionEnded} didn't find it then.
   */
  private void closeIfSessionEnded(Caller caller, Connection connection) {
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
}
