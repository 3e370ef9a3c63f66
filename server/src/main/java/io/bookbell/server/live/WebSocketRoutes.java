package io.bookbell.server.live;

import io.bookbell.hub.Connection;
import io.bookbell.hub.Position;
import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.QueryParameters;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.live.LiveConnections.ConnectionSlot;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/book-requests/ws}: authenticates and checks the request before the upgrade,
 * answers the handshake, and passes the channel to the hub. Called on event loops; stateless.
 */
public final class WebSocketRoutes {
  private static final String PATH = "/api/book-requests/ws";

  private final LiveConnections liveConnections;
  private final ConnectionAdmission admission;

  public WebSocketRoutes(LiveConnections liveConnections, ConnectionAdmission admission) {
    this.liveConnections = liveConnections;
    this.admission = admission;
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
    admission
        .findCaller(context, queryParameters, true)
        .compose(caller -> upgradeConnection(request, caller, queryParameters))
        .onFailure(context::fail);
  }

  private Future<Void> upgradeConnection(
      HttpServerRequest request, Caller caller, QueryParameters queryParameters) {
    UserId user = queryParameters.requiredUserId("user_id");
    Optional<Position> since = ConnectionAdmission.readPosition(queryParameters);
    queryParameters.requireNoErrors();
    if (!user.equals(caller.user())) {
      throw Problem.forbidden("user_id does not match the session.");
    }
    WebSocketHandshake.requireHandshake(request);
    if (!ConnectionAdmission.mayTakeOver(request)) {
      throw Problem.malformedRequest("A handshake has no body, and its path is " + PATH + ".");
    }
    return admission
        .takeSlot(caller)
        .compose(
            slot -> {
              Channel channel = ConnectionAdmission.channelOf(request);
              // Registered here because a client that gives up before the upgrade never becomes a
              // connection.
              channel.closeFuture().addListener(_ -> slot.releaseSlot());
              WebSocketHandshake.writeUpgradeHeaders(request);
              return request
                  .toNetSocket()
                  .onFailure(_ -> slot.releaseSlot())
                  .map(_ -> connectToHub(channel, slot, caller, since));
            });
  }

  private @Nullable Void connectToHub(
      Channel channel, ConnectionSlot slot, Caller caller, Optional<Position> since) {
    Connection connection =
        liveConnections
            .webSocketManager()
            .connect(
                channel,
                slot.nodeReservation(),
                ConnectionAdmission.metadataOf(caller, slot),
                since);
    channel.closeFuture().addListener(_ -> liveConnections.connectionClosed(connection));
    admission.closeIfSessionEnded(caller, connection);
    admission.closeWhenExpired(caller, connection, channel);
    return null;
  }
}
