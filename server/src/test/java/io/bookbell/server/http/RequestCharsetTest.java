package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.RawSocket;
import io.bookbell.server.support.RawSocket.Answer;
import io.bookbell.server.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text that isn't UTF-8 is refused, not stored with replacement characters. */
class RequestCharsetTest {
  private static final String LOGIN = "POST /api/auth/login HTTP/1.1\nHost: localhost\n";
  private static final String JSON = "Content-Type: application/json\n";

  private final TestServer server = TestServer.shared(TestDatabase.SQLITE);
  private Cast cast;
  private String bearer;

  @BeforeEach
  void people() {
    cast = server.cast();
    bearer = "Authorization: Bearer " + cast.supporter().client().token().orElseThrow() + "\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json; charset=iso-8859-1",
        "application/json;charset=\"UTF-16\"",
        "application/json; x=y; Charset = us-ascii",
        "application/json; charset=",
        "application/json; charset=utf-8; charset=latin1",
      })
  void anotherCharsetIsRefused(String type) {
    assertThat(whole(LOGIN + "Content-Type: " + type + "\n", "{}", 415).text()).contains("UTF-8");
  }

  /** Otherwise the parser would guess a charset, or store replacement characters. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"email\":\"Caf\u00e9\"}",
        "{\"email\":\"\u00c0\u00af\"}",
        "{\"email\":\"\u00ed\u00a0\u0080\"}",
        "{\"\u00ff\":1}",
        "\u00fe\u00ff\u0000{\u0000}",
      })
  void aBodyThatIsNotUtf8IsRefused(String bytes) {
    for (String type : List.of(JSON, "", "Content-Type: application/json; charset=utf-8\n")) {
      assertThat(whole(LOGIN + type, bytes, 400).text())
          .contains("malformed_request", "must be in UTF-8");
    }
  }

  @Test
  void utf16WithoutAMarkIsNoJson() {
    whole(LOGIN + JSON, "\u0000{\u0000}", 400);
    assertThat(whole(LOGIN + JSON, "{\u0000}\u0000", 400).text()).contains("malformed_request");
  }

  @Test
  void aByteOrderMarkIsIgnored() {
    String body = "{\"email\":\"reader1@demo.test\",\"password\":\"" + TestServer.PASSWORD + "\"}";
    whole(LOGIN + JSON, "\u00ef\u00bb\u00bf" + body, 200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/book-requests?creator_id=1&q=%E9",
        "/api/book-requests?creator_id=1&q=%C3",
        "/api/book-requests?creator_id=1&%ff=x",
        "/api/book-requests?creator_id=1&q=%ED%A0%80",
        "/api/book-requests?creator_id=1&q=caf\u00c3\u00a9",
        "/api/book-requests/%C0%AF",
        "/%ff",
        "/api/book-requests/ws?user_id=%ff",
      })
  void aUrlThatIsNotUtf8IsRefused(String url) {
    try (var socket = RawSocket.to(server.url())) {
      String head = "GET " + url + " HTTP/1.1\nHost: localhost\n" + bearer;
      for (int time = 0; time < 2; time++) { // the connection stays
        Answer answer = socket.request(head).answer();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("malformed_request", "UTF-8");
      }
    }
  }

  @Test
  void aUrlMayHaveAnyUtf8() {
    try (var socket = RawSocket.to(server.url())) {
      String path = "/api/book-requests?creator_id=" + cast.creator().id();
      String query = "&q=%E2%82%AC+caf%c3%a9%F0%9F%91%AA";
      String head = "GET " + path + query + " HTTP/1.1\nHost: localhost\n" + bearer;
      assertThat(socket.request(head).answer().status()).isEqualTo(200);
    }
  }

  private Answer whole(String head, String body, int expected) {
    try (var socket = RawSocket.to(server.url())) {
      byte[] bytes = body.getBytes(ISO_8859_1);
      Answer answer =
          socket.request(head + "Content-Length: " + bytes.length).write(bytes).answer();
      assertThat(answer.status()).as(answer.text()).isEqualTo(expected);
      return answer;
    }
  }
}
