package io.bookbell.server.live;

import io.bookbell.hub.CloseReason;
import io.bookbell.hub.Connection;
import io.bookbell.hub.HandshakeGate;
import io.bookbell.hub.Position;
import io.bookbell.hub.UserId;
import io.bookbell.server.account.SessionGate;
import io.bookbell.server.live.Live.Seat;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Authenticator;
import io.bookbell.server.web.Caller;
import io.bookbell.server.web.Cookies;
import io.bookbell.server.web.Credentials;
import io.bookbell.server.web.Origins;
import io.bookbell.server.web.Problem;
import io.bookbell.server.web.Query;
import io.bookbell.server.web.Rate;
import io.bookbell.server.web.Rates;
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
 * {@code GET /api/book-requests/ws}: refuses before the upgrade what must be refused, answers the
 * handshake, and hands the channel over to the hub. On event loops; keeps nothing between calls.
 */
public final class SocketRoute {
  /** The key under which a connection's metadata holds the hash of its session. */
  static final String SESSION = "session";

  private static final Logger log = LoggerFactory.getLogger(SocketRoute.class);
  private static final String PATH = "/api/book-requests/ws";
  private static final int LONGEST_TICKET = 100;
  private static final int LONGEST_POSITION = 100;

  private final Live live;
  private final SessionGate gate;
  private final Origins origins;
  private final Cookies cookies;
  private final Rates rates;

  public SocketRoute(Live live, SessionGate gate, Origins origins, Cookies cookies, Rates rates) {
    this.live = live;
    this.gate = gate;
    this.origins = origins;
    this.cookies = cookies;
    this.rates = rates;
  }

  public void add(Router router) {
    router.get(PATH).putMetadata(Api.RATE, Rate.CONNECT).handler(this::handle);
  }

  /** Whether requests for a path may become WebSockets: for it alone, spelled like this. */
  public static boolean isPath(String path) {
    return path.equals(PATH);
  }

  private void handle(RoutingContext context) {
    Api.taken(context, PATH);
    HttpServerRequest request = context.request();
    Query query = new Query(context::queryParam);
    var ticket = query.optionalText("ticket", LONGEST_TICKET);
    identify(request, ticket)
        .compose(caller -> upgrade(request, caller, query))
        .onFailure(context::fail);
  }

  private Future<Caller> identify(HttpServerRequest request, Optional<String> ticket) {
    Optional<Credentials> credentials = Credentials.of(request, cookies);
    if (ticket.isEmpty() && credentials.isEmpty()) {
      throw Problem.unauthorized("Sign in first, or connect with a ticket.");
    }
    boolean byCookie = ticket.isEmpty() && credentials.orElseThrow().byCookie();
    refuseForeignPage(request, byCookie);
    CompletionStage<Caller> caller =
        ticket.isPresent()
            ? gate.redeem(ticket.get())
            : gate.authenticate(credentials.orElseThrow().token())
                .thenApply(Authenticator.Authenticated::caller);
    return Future.fromCompletionStage(caller, Vertx.currentContext());
  }

  private void refuseForeignPage(HttpServerRequest request, boolean byCookie) {
    if (!origins.admit(request, byCookie)) {
      throw Problem.of(
          403, "foreign_origin", "Not allowed", "Pages of other sites cannot connect here.");
    }
  }

  private Future<Void> upgrade(HttpServerRequest request, Caller caller, Query query) {
    UserId user = query.userId("user_id");
    Optional<Position> since =
        query
            .optionalVerbatim("since", LONGEST_POSITION)
            .filter(text -> !text.isBlank())
            .map(text -> position(query, text));
    query.done();
    if (!user.equals(caller.user())) {
      throw Problem.forbidden("user_id does not match the session.");
    }
    Handshake.check(request);
    if (!HandshakeGate.isShut(channelOf(request))) {
      throw Problem.malformed("A handshake has no body, and its path is " + PATH + ".");
    }
    rates.count(Rate.CONNECT, user);
    return Future.fromCompletionStage(live.seat(user), Vertx.currentContext())
        .compose(
            seat -> {
              Seat place = seat.orElseThrow(SocketRoute::tooMany);
              Channel channel = channelOf(request);
              // Here already: a client that gives up meanwhile never becomes a connection.
              channel.closeFuture().addListener(_ -> place.giveBack());
              Handshake.accept(request);
              return request
                  .toNetSocket()
                  .onFailure(_ -> place.giveBack())
                  .map(_ -> connect(channel, place, caller, since));
            });
  }

  private static Problem tooMany() {
    return Problem.tooMany("too_many_connections", "You have too many connections open.", 1);
  }

  private static Channel channelOf(HttpServerRequest request) {
    return ((HttpServerConnection) request.connection()).channelHandlerContext().channel();
  }

  private @Nullable Void connect(
      Channel channel, Seat seat, Caller caller, Optional<Position> since) {
    Map<String, String> metadata = Map.of(SESSION, caller.session());
    Connection connection = live.manager().connect(channel, seat.here(), metadata, since);
    channel.closeFuture().addListener(_ -> live.gone(connection));
    watch(caller, connection);
    return null;
  }

  private static Position position(Query query, String text) {
    try {
      return Position.parse(text);
    } catch (IllegalArgumentException e) {
      query.check("since", false, "must be seq or epoch:seq, such as 42 or a1b2:42");
      return new Position(Optional.empty(), 0);
    }
  }

  /** A session that ended between its look-up and the registration closed no socket of ours. */
  private void watch(Caller caller, Connection connection) {
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
