package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfig.PublicAccessConfig;
import io.bookbell.server.network.AddressRange;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.support.RawSocket;
import io.bookbell.server.support.RawSocket.Answer;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** The security headers of responses, and warnings in the log. */
class ResponseHeadersTest {
  private static final String HSTS = "Strict-Transport-Security";

  @TempDir Path folder;

  @Test
  void browsersKeepToTlsWhereTheyCameByIt() {
    var byUrl = reach("https://books.example", List.of());
    var byProxy = reach("", AddressRange.LOCAL);
    var https = Map.of("X-Forwarded-Proto", "https");
    try (var server = TestServer.with(config("a", byUrl, "127.0.0.1"))) {
      for (String path : List.of("/", "/api/me", "/health/live", "/nothing")) {
        Reply reply = server.client().get(path);
        assertThat(reply.raw().headers().allValues(HSTS)).containsExactly("max-age=31536000");
      }
    }
    try (var server = TestServer.with(config("b", byProxy, "127.0.0.1"))) {
      assertThat(server.client().get("/").raw().headers().firstValue(HSTS)).isEmpty();
      Reply proxied = server.client().send("GET", "/", null, https);
      assertThat(proxied.raw().headers().firstValue(HSTS)).hasValue("max-age=31536000");
    }
    Reply untrusted = TestServer.shared(TestDatabase.SQLITE).client().send("GET", "/", null, https);
    assertThat(untrusted.raw().headers().firstValue(HSTS)).isEmpty();
  }

  @Test
  void whoIsNotSignedInIsToldHowToBe() {
    var client = TestServer.shared(TestDatabase.SQLITE).client();
    var wrong = Map.of("email", "nobody@home.test", "password", "not the password");

    for (Reply reply : List.of(client.get("/api/me"), client.post("/api/auth/login", wrong))) {
      assertThat(reply.expect(401).raw().headers().firstValue("WWW-Authenticate"))
          .hasValue("Bearer");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, /api/me, 'DELETE, GET, HEAD, PATCH'",
    "PUT, /api/me/, 'DELETE, GET, HEAD, PATCH'",
    "POST, /api/tiers/1, 'DELETE, PATCH'",
    "POST, /api/book-requests/7/replies, 'GET, HEAD'",
    "POST, /health/live, 'GET, HEAD'",
    "POST, /account, 'GET, HEAD'"
  })
  void whoUsesAWrongMethodIsToldTheOthers(String method, String path, String allowed) {
    var client = TestServer.shared(TestDatabase.SQLITE).client();
    Reply reply = client.send(method, path, "{}", Map.of()).expect(405);

    assertThat(reply.raw().headers().firstValue("Allow")).hasValue(allowed);
    client.send(method, "/api/nothing", "{}", Map.of()).expect(404);
  }

  @Test
  void thePageGivesUpWhatItDoesNotUse() {
    var client = TestServer.shared(TestDatabase.SQLITE).client();

    for (String path : List.of("/", "/api-docs")) {
      var headers = client.get(path).raw().headers();
      assertThat(headers.firstValue("Permissions-Policy").orElse(""))
          .contains("camera=()", "microphone=()", "geolocation=()", "payment=()", "usb=()")
          .doesNotContain("clipboard");
      assertThat(headers.firstValue("Cross-Origin-Opener-Policy")).hasValue("same-origin");
      assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
          .contains("default-src 'self'", "object-src 'none'", "frame-ancestors 'none'");
    }
    assertThat(client.get("/api/me").raw().headers().firstValue("Cross-Origin-Opener-Policy"))
        .hasValue("same-origin");
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, '', true",
    "0.0.0.0, https://books.example, false",
    "127.0.0.1, '', false",
    "localhost, '', false"
  })
  void whoTrustsTheHostHeaderIsWarned(String host, String publicUrl, boolean warned) {
    var told = new ListAppender<ILoggingEvent>();
    told.start();
    var log = (Logger) LoggerFactory.getLogger("io.bookbell.server.HostHeaderWarning");
    log.addAppender(told);
    try (var server = TestServer.with(config("c", reach(publicUrl, List.of()), host))) {
      assertThat(server.url()).isNotEmpty();
      assertThat(told.list).hasSize(warned ? 1 : 0);
      assertThat(told.list)
          .allSatisfy(
              event ->
                  assertThat(event.toString())
                      .contains("WARN", "BOOKBELL_PUBLIC_URL", "Host header", host));
    } finally {
      log.detachAppender(told);
    }
  }

  @Test
  void headOfTheApiTellsWhatGetWould() {
    try (var server = TestServer.with(config("d", reach("", List.of()), "127.0.0.1"));
        var socket = RawSocket.to(server.url())) {
      Cast cast = server.cast();
      var supporter = cast.supporter();
      String path = "/api/book-requests/quota?creator_id=" + cast.creator().id();
      String head =
          "HEAD %s HTTP/1.1\nHost: localhost\nAuthorization: Bearer %s"
              .formatted(path, server.withKey(supporter.id(), KeyScope.READ).token().orElseThrow());
      byte[] body = supporter.client().get(path).expect(200).raw().body().getBytes(UTF_8);

      socket.request(head);
      Answer answer = socket.answerWithoutBody();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("content-type")).contains("application/json");
      assertThat(answer.header("content-length")).contains(Integer.toString(body.length));
      socket.request(head.replace("creator_id=", "creator_id=x") + "\nConnection: close");
      assertThat(socket.answerWithoutBody().status()).isEqualTo(400);
      assertThat(socket.isEnded()).isTrue();
    }
  }

  private ServerConfig config(String name, PublicAccessConfig publicAccessConfig, String host) {
    var usual = TestServer.config(TestDatabase.SQLITE.create(folder.resolve(name)));
    return usual
        .withReach(publicAccessConfig)
        .withListen(new ServerConfig.ListenConfig(host, 0, Optional.empty()));
  }

  private static PublicAccessConfig reach(String publicUrl, List<AddressRange> proxies) {
    return new PublicAccessConfig(PublicUrl.parse(publicUrl), List.of(), proxies, Optional.empty());
  }
}
