package io.bookbell.server.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.bookbell.server.api.Contract;
import io.bookbell.server.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A client of the HTTP API, signed in or not. Validates every response against the OpenAPI
 * description. Immutable and thread-safe.
 *
 * @param url of the server, without a trailing slash
 * @param token of the session; empty if not signed in
 */
public record TestClient(String url, Optional<String> token) {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  static final Contract CONTRACT = new Contract();

  /** Returns a client that isn't signed in. */
  public static TestClient at(String url) {
    return new TestClient(url, Optional.empty());
  }

  /** A response; the body is a missing node if there was none. */
  public record Reply(int status, HttpResponse<String> raw, JsonNode body) {
    /** The stable error code of a problem. */
    public String code() {
      return body.path("code").asText();
    }

    public Reply expect(int expected) {
      assertThat(status)
          .as("%s %s: %s", raw.request().method(), raw.uri(), raw.body())
          .isEqualTo(expected);
      return this;
    }
  }

  public TestClient signIn(String email, String password) {
    String body = Json.writeAsString(Map.of("email", email, "password", password));
    return as(post("/api/auth/login", body).expect(200));
  }

  /** Returns a client with the session from a sign-in's response. */
  public TestClient as(Reply signedIn) {
    return new TestClient(url, Optional.of(signedIn.body().get("token").asText()));
  }

  public long userId() {
    return get("/api/me").expect(200).body().at("/user/id").asLong();
  }

  public Reply get(String path) {
    return send("GET", path, null, Map.of());
  }

  public Reply post(String path, String json) {
    return send("POST", path, json, Map.of());
  }

  public Reply post(String path, Map<String, ?> body) {
    return post(path, Json.writeAsString(body));
  }

  public Reply patch(String path, Map<String, ?> body) {
    return send("PATCH", path, Json.writeAsString(body), Map.of());
  }

  public Reply delete(String path) {
    return send("DELETE", path, null, Map.of());
  }

  /** Sends a body that isn't JSON. */
  public Reply put(String path, byte[] content, String type) {
    return sendBytes("PUT", path, content, type);
  }

  /** Sends a body that isn't JSON. */
  public Reply sendBytes(String method, String path, byte[] content, String type) {
    try {
      var request =
          request(method, path, Map.of("Content-Type", type), BodyPublishers.ofByteArray(content));
      return reply(HTTP.send(request, BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public Reply send(String method, String path, String json, Map<String, String> headers) {
    try {
      Reply reply = reply(HTTP.send(request(method, path, json, headers), BodyHandlers.ofString()));
      boolean sendsJson = !headers.containsKey("Content-Type");
      if (sendsJson && reply.status < 300 && CONTRACT.describes(method, path)) {
        CONTRACT.checkRequest(method, path, json);
      }
      return reply;
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public CompletableFuture<Reply> getLater(String path) {
    return HTTP.sendAsync(request("GET", path, null, Map.of()), BodyHandlers.ofString())
        .thenApply(TestClient::reply);
  }

  public CompletableFuture<Reply> postLater(
      String path, Map<String, ?> body, Map<String, String> headers) {
    return HTTP.sendAsync(
            request("POST", path, Json.writeAsString(body), headers), BodyHandlers.ofString())
        .thenApply(TestClient::reply);
  }

  private HttpRequest request(
      String method, String path, String json, Map<String, String> headers) {
    var all = new HashMap<String, String>();
    if (json != null) {
      all.put("Content-Type", "application/json");
    }
    all.putAll(headers);
    var body = json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json);
    return request(method, path, all, body);
  }

  private HttpRequest request(
      String method, String path, Map<String, String> headers, BodyPublisher body) {
    var request = HttpRequest.newBuilder(URI.create(url + path)).timeout(TIMEOUT);
    token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
    headers.forEach(request::setHeader);
    return request.method(method, body).build();
  }

  private static Reply reply(HttpResponse<String> response) {
    String type = response.headers().firstValue("Content-Type").orElse("");
    check(response, type);
    try {
      JsonNode body =
          type.contains("json") ? Json.readTree(response.body()) : MissingNode.getInstance();
      return new Reply(response.statusCode(), response, body);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + response.body(), e);
    }
  }

  private static void check(HttpResponse<String> response, String type) {
    String method = response.request().method();
    URI uri = response.uri();
    String path = uri.getRawPath();
    if (CONTRACT.describes(method, path)) {
      CONTRACT.checkAnswer(
          method, path, response.statusCode(), type.isEmpty() ? null : type, response.body());
    } else if (path.startsWith("/api/")) {
      assertThat(response.statusCode()).as("%s %s", method, path).isIn(404, 405);
      assertThat(type).as("%s %s", method, path).isEqualTo("application/problem+json");
    }
  }

  /** Opens a WebSocket with the client's token. */
  public TestSocket connect(long userId, String since) {
    return TestSocket.open(this, userId, Optional.of(since));
  }

  public TestSocket connect(long userId) {
    return TestSocket.open(this, userId, Optional.empty());
  }
}
