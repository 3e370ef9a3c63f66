package io.bookbell.server.live;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bookbell.hub.Connection;
import io.bookbell.hub.Position;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.QueryParameters;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.live.LiveConnections.ConnectionSlot;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/messages/stream}: checks the request like a WebSocket's handshake, and passes the
 * channel to the hub, which sends server-sent events. Called on event loops; stateless.
 */
public final class EventStreamRoutes {
  private static final String PATH = "/api/messages/stream";
  private static final String LAST_EVENT_ID = "Last-Event-ID";

  /**
   * The stream ends with its connection, so that it works through proxies that speak HTTP/1.0. The
   * other headers keep proxies from collecting, compressing or keeping it.
   */
  private static final Map<String, String> STREAM_HEADERS =
      Map.of(
          "Content-Type", "text/event-stream",
          "Cache-Control", "no-store, no-transform",
          "X-Accel-Buffering", "no",
          "Connection", "close");

  private final LiveConnections liveConnections;
  private final ConnectionAdmission admission;

  public EventStreamRoutes(LiveConnections liveConnections, ConnectionAdmission admission) {
    this.liveConnections = liveConnections;
    this.admission = admission;
  }

  public void addRoutes(Router router) {
    router.get(PATH).putMetadata(ApiRouter.RATE, RateLimit.CONNECT).handler(this::handleRequest);
  }

  /** Whether requests for a path may become event streams. Only the exact spelling counts. */
  public static boolean isPath(String path) {
    return path.equals(PATH);
  }

  private void handleRequest(RoutingContext context) {
    ApiRouter.markRoute(context, PATH);
    QueryParameters queryParameters = new QueryParameters(context::queryParam);
    admission
        .findCaller(context, queryParameters, false)
        .compose(caller -> openStream(context, caller, queryParameters))
        .onFailure(context::fail);
  }

  private Future<Void> openStream(
      RoutingContext context, Caller caller, QueryParameters queryParameters) {
    HttpServerRequest request = context.request();
    Optional<Position> since =
        lastEventId(request, queryParameters)
            .or(() -> ConnectionAdmission.readPosition(queryParameters));
    queryParameters.requireNoErrors();
    if (!ConnectionAdmission.mayTakeOver(request)) {
      throw Problem.malformedRequest("This request has no body, and its path is " + PATH + ".");
    }
    return admission.takeSlot(caller).map(slot -> connectToHub(context, slot, caller, since));
  }

  /** Where a browser continues by itself; this is newer than the position in the address. */
  private static Optional<Position> lastEventId(
      HttpServerRequest request, QueryParameters queryParameters) {
    return Optional.ofNullable(request.getHeader(LAST_EVENT_ID))
        .filter(text -> !text.isBlank())
        .map(
            text ->
                ConnectionAdmission.parsePosition(queryParameters, LAST_EVENT_ID, text.strip()));
  }

  private @Nullable Void connectToHub(
      RoutingContext context, ConnectionSlot slot, Caller caller, Optional<Position> since) {
    Channel channel = ConnectionAdmission.channelOf(context.request());
    channel.closeFuture().addListener(_ -> slot.releaseSlot());
    Connection connection =
        liveConnections
            .webSocketManager()
            .connectStream(
                channel,
                encodeHead(context.response()),
                slot.nodeReservation(),
                ConnectionAdmission.metadataOf(caller, slot),
                since);
    admission.closeIfSessionEnded(caller, connection);
    admission.closeWhenExpired(caller, connection, channel);
    return null;
  }

  /** The head of the response, with the headers that every response has. */
  private static byte[] encodeHead(HttpServerResponse response) {
    STREAM_HEADERS.forEach(response::putHeader);
    var head = new StringBuilder("HTTP/1.1 200 OK\r\n");
    response
        .headers()
        .forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    return head.append("\r\n").toString().getBytes(US_ASCII);
  }
}
