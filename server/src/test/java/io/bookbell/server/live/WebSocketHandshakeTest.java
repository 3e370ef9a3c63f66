package io.bookbell.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.RawSocket;
import io.bookbell.server.support.RawSocket.Answer;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is rejected and what is accepted before a connection becomes a WebSocket. */
class WebSocketHandshakeTest {
  private final TestServer server = TestServer.shared(TestDatabase.SQLITE);
  private Cast cast;
  private String own;
  private String bearer;
  private String cookie;

  @BeforeEach
  void people() {
    cast = server.cast();
    String token = cast.supporter().client().token().orElseThrow();
    own = "user_id=" + cast.supporter().id();
    bearer = "Authorization: Bearer " + token;
    cookie = "Cookie: bookbell_session=" + token;
  }

  @Test
  void aSessionIsNeeded() {
    refused(401, "unauthorized", own);
    refused(401, "unauthorized", own, "Authorization: Bearer wrong");
    refused(401, "unauthorized", own, "Cookie: bookbell_session=wrong", ownOrigin());
    refused(401, "unauthorized", own + "&ticket=wrong");
    refused(401, "unauthorized", "user_id=x");
  }

  @Test
  void theUserMustBeTheSessions() {
    refused(403, "forbidden", "user_id=" + cast.other().id(), bearer);
    refused(403, "forbidden", "user_id=999999999", bearer);
    for (String odd : List.of("x", "", "0", "-1", "1.5", "1e3", "9223372036854775808", "%zz")) {
      refused(400, null, "user_id=" + odd, bearer);
    }
    refused(400, "validation_failed", "x=1", bearer);
  }

  @Test
  void thePositionMustBeOne() {
    for (String odd : List.of("x", "-1", "1.5", "a:b", ":", ":1", "a:", "1:2:3", "1%00")) {
      refused(400, "validation_failed", own + "&since=" + odd, bearer);
    }
  }

  @Test
  void withTheCookieThePageMustBeOurs() {
    refused(403, "foreign_origin", own, cookie);
    refused(403, "foreign_origin", own, cookie, "Origin: http://evil.test");
    refused(403, "foreign_origin", own, bearer, "Origin: http://evil.test");
    accepted(own, cookie, ownOrigin());
    accepted(own, bearer);
    accepted(own, bearer, ownOrigin());
  }

  @Test
  void aBearerTokenOfAProxyDoesNotHideTheCookie() {
    String foreign = "Authorization: Bearer none-of-ours";
    accepted(own, foreign, cookie, ownOrigin());
    refused(403, "foreign_origin", own, foreign, cookie);
    refused(401, "unauthorized", own, foreign, "Cookie: bookbell_session=wrong", ownOrigin());
  }

  @Test
  void aTicketIsGoodOnce() {
    String query = own + "&ticket=" + ticket();
    accepted(query);
    refused(401, "unauthorized", query);
    refused(403, "forbidden", "user_id=" + cast.other().id() + "&ticket=" + ticket());
  }

  private String ticket() {
    return cast.supporter()
        .client()
        .post("/api/ws-ticket", "")
        .expect(201)
        .body()
        .get("ticket")
        .asText();
  }

  @Test
  void aRequestThatIsNoHandshakeIsRefused() {
    String address = "/api/book-requests/ws?" + own;
    cast.supporter().client().get(address).expect(426);
    server.client().get(address).expect(401);
    assertThat(changed("Version: 13", "Version: 8").status()).isEqualTo(426);
    assertThat(changed("Upgrade: websocket", "Upgrade: h2c").status()).isEqualTo(426);
    assertThat(changed("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "X: y").status())
        .isEqualTo(400);
    assertThat(changed("dGhlIHNhbXBsZSBub25jZQ==", "short").status()).isEqualTo(400);
  }

  private Answer changed(String from, String to) {
    try (var socket = RawSocket.to(server.url())) {
      return socket.request(RawSocket.handshake(own, bearer).replace(from, to)).answer();
    }
  }

  @Test
  void theKeyIsAnsweredAsTheStandardSays() {
    try (var socket = RawSocket.to(server.url())) {
      Answer answer = socket.upgrade(own, bearer);
      assertThat(answer.header("sec-websocket-accept")).contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      assertThat(answer.header("sec-websocket-extensions")).isEmpty();
    }
  }

  @Test
  void theTwentyFirstSocketOfAUserIsRefused() {
    var open = new ArrayList<TestSocket>();
    try {
      for (int i = 0; i < 20; i++) {
        open.add(cast.supporter().client().connect(cast.supporter().id()));
      }
      refused(429, "too_many_connections", own, bearer);
      accepted("user_id=" + cast.other().id(), other());
      open.removeLast().close();
      Awaitility.await()
          .until(
              () -> {
                try (var socket = RawSocket.to(server.url())) {
                  return socket.upgrade(own, bearer).status() == 101;
                }
              });
    } finally {
      open.forEach(TestSocket::close);
    }
  }

  @Test
  void whoGivesUpDuringTheHandshakeKeepsNoPlace() {
    for (int i = 0; i < 200; i++) {
      try (var socket = RawSocket.to(server.url())) {
        socket.request(RawSocket.handshake(own, bearer));
      }
    }
    var open = new ArrayList<TestSocket>();
    try {
      Awaitility.await("twenty places")
          .pollInterval(Duration.ofMillis(10))
          .ignoreExceptions()
          .until(
              () -> {
                open.add(cast.supporter().client().connect(cast.supporter().id()));
                return open.size() == 20;
              });
    } finally {
      open.forEach(TestSocket::close);
    }
  }

  private String other() {
    return "Authorization: Bearer " + cast.other().client().token().orElseThrow();
  }

  private String ownOrigin() {
    return "Origin: http://localhost"; // equals the handshake's Host
  }

  private void accepted(String query, String... headers) {
    try (var socket = RawSocket.to(server.url())) {
      assertThat(socket.upgrade(query, headers).status()).isEqualTo(101);
      assertThat(socket.next(RawSocket.TEXT).text()).contains("\"type\":\"initial_data\"");
    }
  }

  private void refused(int status, String code, String query, String... headers) {
    try (var socket = RawSocket.to(server.url())) {
      Answer answer = socket.upgrade(query, headers);
      assertThat(answer.status()).as(query + " " + List.of(headers)).isEqualTo(status);
      assertThat(answer.header("content-type")).contains("application/problem+json");
      Optional.ofNullable(code).ifPresent(word -> assertThat(answer.text()).contains(word));
    }
  }
}
