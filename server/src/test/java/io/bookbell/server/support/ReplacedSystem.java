package io.bookbell.server.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bookbell.server.json.Json;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A stand-in of the replaced system, as its report describes it: tables with integer ids, one Redis
 * channel whose messages name their users in {@code _target_users}, and a WebSocket at {@code
 * /api/book-requests/ws?user_id=}. Its commands are methods, each a transaction followed by the
 * messages. Thread-safe.
 */
public final class ReplacedSystem implements AutoCloseable {
  public static final String CHANNEL = "book_requests";

  private static final String CONSUME =
      """
      UPDATE users SET patreon_tier_data = jsonb_set(patreon_tier_data, '{book_requests_used}',
        to_jsonb((patreon_tier_data ->> 'book_requests_used')::int + 1))
      WHERE id = ? AND (patreon_tier_data ->> 'book_requests_used')::int
        < (patreon_tier_data ->> 'book_requests_allowed')::int
      RETURNING created_by""";
  private static final String REFUND =
      """
      UPDATE users SET patreon_tier_data = jsonb_set(patreon_tier_data, '{book_requests_used}',
        to_jsonb((patreon_tier_data ->> 'book_requests_used')::int - 1))
      WHERE id = ? RETURNING id""";
  private static final String INSERT =
      "INSERT INTO book_requests (creator_id, user_id, title) VALUES (?, ?, ?) RETURNING id";
  private static final String DECIDE =
      """
      UPDATE book_requests SET status = ?, responded_by = ?, refunded = (? = 'REJECTED'),
        updated_at = now()
      WHERE id = ? AND status = 'PENDING' RETURNING user_id""";
  private static final String REQUEST =
      """
      SELECT id, creator_id, user_id, title, author, message, upper(status) AS status, response,
        refunded, to_char(created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US') AS created_at
      FROM book_requests WHERE id = ?""";
  private static final String QUOTA =
      """
      SELECT (patreon_tier_data ->> 'book_requests_allowed')::int AS allowed,
        (patreon_tier_data ->> 'book_requests_used')::int AS used
      FROM users WHERE id = ?""";
  private static final String PENDING =
      "SELECT count(*) AS n FROM book_requests WHERE creator_id = ? AND status = 'PENDING'";
  private static final String TEAM = "SELECT id FROM users WHERE created_by = ? AND role = 'team'";

  private final String database;
  private final Vertx vertx = Vertx.vertx();
  private final RedisClient redis;
  private final StatefulRedisConnection<String, String> publisher;
  private final Map<String, Set<ServerWebSocket>> sockets = new ConcurrentHashMap<>();
  private final HttpServer server;
  private volatile String page = "";
  private volatile String cookie = "";

  public ReplacedSystem(String database, URI redisAddress) {
    this.database = database;
    this.redis = RedisClient.create(redisAddress.toString());
    this.publisher = redis.connect();
    var subscription = redis.connectPubSub();
    subscription.addListener(
        new RedisPubSubAdapter<>() {
          @Override
          public void message(String channel, String text) {
            deliver(text);
          }
        });
    subscription.sync().subscribe(CHANNEL);
    try {
      this.server =
          vertx
              .createHttpServer()
              .webSocketHandler(this::connect)
              .requestHandler(this::servePage)
              .listen(0, "127.0.0.1")
              .await(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  public String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  /** Serves this HTML to browsers, with the cookie in which the site keeps its token. */
  public void setPage(String html, String token) {
    page = html;
    cookie = "access_token=" + token + "; Path=/; HttpOnly; SameSite=Lax";
  }

  private void servePage(HttpServerRequest request) {
    request
        .response()
        .putHeader("Content-Type", "text/html; charset=utf-8")
        .putHeader("Set-Cookie", cookie)
        .end(page);
  }

  /** Believes the id in the address, as the replaced system did. */
  private void connect(ServerWebSocket socket) {
    String user = socket.query().replaceFirst(".*user_id=([0-9]+).*", "$1");
    socket.textMessageHandler(
        text -> {
          if (text.equals("ping")) {
            socket.writeTextMessage("pong");
          }
        });
    socket.closeHandler(_ -> socketsOf(user).remove(socket));
    socket.writeTextMessage("{\"type\":\"initial_data\"}");
    socketsOf(user).add(socket);
  }

  private Set<ServerWebSocket> socketsOf(String user) {
    return sockets.computeIfAbsent(user, _ -> ConcurrentHashMap.newKeySet());
  }

  /** Sends a message of the channel, from whichever system, to the sockets of its users here. */
  private void deliver(String text) {
    try {
      ObjectNode message = (ObjectNode) Json.readTree(text);
      JsonNode targets = message.remove("_target_users");
      Set<String> users = new HashSet<>();
      targets.forEach(target -> users.add(target.asText()));
      users.forEach(
          user -> socketsOf(user).forEach(socket -> socket.writeTextMessage(message.toString())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the new request's id; empty if nothing is left. */
  public Optional<Long> create(long user, String title) {
    try (Connection connection = open()) {
      Optional<Long> creator = change(connection, CONSUME, user);
      if (creator.isEmpty()) {
        connection.rollback();
        return Optional.empty();
      }
      long id = change(connection, INSERT, creator.get(), user, title).orElseThrow();
      connection.commit();
      announce(connection, id, "created", creator.get(), user, true);
      return Optional.of(id);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns whether the request was still pending. */
  public boolean respond(long admin, long id, String status) {
    try (Connection connection = open()) {
      Optional<Long> user = change(connection, DECIDE, status, admin, status, id);
      if (user.isPresent() && status.equals("REJECTED")) {
        change(connection, REFUND, user.get());
      }
      connection.commit();
      if (user.isPresent()) {
        long creator = ((Number) row(connection, REQUEST, id).get("creator_id")).longValue();
        announce(connection, id, "status_changed", creator, user.get(), status.equals("REJECTED"));
      }
      return user.isPresent();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  public int used(long user) {
    try (Connection connection = open()) {
      return (Integer) row(connection, QUOTA, user).get("used");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void announce(
      Connection connection, long id, String action, long creator, long user, boolean quota)
      throws SQLException {
    var admins = new TreeSet<>(List.of(Long.toString(creator)));
    try (PreparedStatement query = prepare(connection, TEAM, creator);
        ResultSet team = query.executeQuery()) {
      while (team.next()) {
        admins.add(team.getString(1));
      }
    }
    var all = new TreeSet<>(admins);
    all.add(Long.toString(user));
    Map<String, Object> request = row(connection, REQUEST, id);
    broadcast(
        Map.of("type", "book_request_update", "action", action, "book_request", request), all);
    Object pending = row(connection, PENDING, creator).get("n");
    broadcast(Map.of("type", "pending_count_update", "pending_count", pending), admins);
    if (quota) {
      broadcast(
          Map.of("type", "quota_update", "quota", row(connection, QUOTA, user)),
          Set.of(Long.toString(user)));
    }
  }

  public void broadcast(Map<String, ?> message, Set<String> targets) {
    var all = new LinkedHashMap<String, Object>(message);
    all.put("_target_users", targets);
    publisher.sync().publish(CHANNEL, Json.writeAsString(all));
  }

  private Connection open() throws SQLException {
    Connection connection = DriverManager.getConnection(database);
    connection.setAutoCommit(false);
    return connection;
  }

  private static PreparedStatement prepare(Connection connection, String sql, Object... values)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int place = 0; place < values.length; place++) {
      statement.setObject(place + 1, values[place]);
    }
    return statement;
  }

  /** Runs a statement that returns a number of the row that it changed. */
  private static Optional<Long> change(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, values);
        ResultSet changed = statement.executeQuery()) {
      return changed.next() ? Optional.of(changed.getLong(1)) : Optional.empty();
    }
  }

  private static Map<String, Object> row(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, values);
        ResultSet found = statement.executeQuery()) {
      found.next();
      var row = new LinkedHashMap<String, Object>();
      for (int place = 1; place <= found.getMetaData().getColumnCount(); place++) {
        row.put(found.getMetaData().getColumnLabel(place), found.getObject(place));
      }
      return row;
    }
  }

  @Override
  public void close() {
    try {
      vertx.close().await(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    redis.shutdown();
  }
}
