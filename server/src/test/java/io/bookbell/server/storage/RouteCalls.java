package io.bookbell.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Statements;
import io.bookbell.server.api.Contract;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Calls routes of the API, each of which succeeds, and notes which were called. */
abstract class RouteCalls {
  private static final Contract CONTRACT = new Contract();

  final Statements statements;
  private final Set<String> called;

  /**
   * Creates the calls.
   *
   * @param called collects the calls as the contract names them, such as {@code GET /api/me}
   * @param statements what the server has executed
   */
  RouteCalls(Set<String> called, Statements statements) {
    this.called = called;
    this.statements = statements;
  }

  /** Notes a call that is made in another way. */
  final void note(String call) {
    called.add(call);
  }

  final void note(String method, String path) {
    note(CONTRACT.call(method, path));
  }

  static Map<String, Object> newcomer(String link, String email) {
    return new HashMap<>(
        Map.of(
            "token",
            link.replaceFirst(".*#", ""),
            "email",
            email,
            "display_name",
            "Somebody",
            "password",
            "long enough"));
  }

  /** Fetches the first page, and the second one if there is any. */
  void pages(TestClient client, String path) {
    String and = path.endsWith("?") ? "" : "&";
    String cursor = get(client, path + and + "limit=1").body().path("next_cursor").asText("");
    if (!cursor.isEmpty() && !cursor.equals("null")) {
      get(client, path + and + "limit=1&cursor=" + cursor);
    }
  }

  Reply get(TestClient client, String path) {
    return send(client, "GET", path, null);
  }

  Reply post(TestClient client, String path, Map<String, ?> body) {
    return send(client, "POST", path, body.isEmpty() ? "" : Json.writeAsString(body));
  }

  Reply patch(TestClient client, String path, Map<String, ?> body) {
    return send(client, "PATCH", path, Json.writeAsString(body));
  }

  void put(TestClient client, String path, Map<String, ?> body) {
    note("PUT", path);
    client.put(path, Json.writeAsBytes(body), "application/json").expect(204);
  }

  Reply send(TestClient client, String method, String path, String json) {
    note(method, path);
    Reply reply = client.send(method, path, json, Map.of());
    assertThat(reply.status()).as("%s %s: %s", method, path, reply.raw().body()).isLessThan(300);
    return reply;
  }
}
