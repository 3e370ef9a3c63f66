package io.bookbell.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.http.ClientDescription;
import io.bookbell.server.network.ClientAddress;
import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of browsers and programs, as people know them. */
class SessionClientTest {
  private static final InetAddress ADDRESS = InetAddress.ofLiteral("2001:db8::1");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
            + "|Firefox, Windows",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
            + " Safari/537.36|Chrome, Linux",
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
            + " Safari/537.36 Edg/140.0.0.0|Edge, Windows",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
            + " SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
            + "|Samsung Internet, Android",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
            + " Gecko) Version/18.6 Mobile/15E148 Safari/604.1|Safari, iPhone",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            + " Version/18.6 Safari/605.1.15|Safari, macOS",
        "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko)"
            + " Chrome/140.0.0.0 Safari/537.36|Chrome, ChromeOS",
        "curl/8.5.0|curl",
        "bookbell-bot|bookbell-bot",
        "Firefox/1.0|Firefox"
      })
  void theUserAgentIsNamed(String userAgent, String expected) {
    assertThat(SessionClient.of(client(userAgent)))
        .isEqualTo(new SessionClient(expected, "2001:db8::1"));
  }

  @Test
  void anUnreadableOneIsNotNamed() {
    assertThat(SessionClient.of(client("<script>")).name()).isNull();
    assertThat(SessionClient.of(client("")).name()).isNull();
    assertThat(SessionClient.of(client("x".repeat(5000))).name()).hasSize(60);
    var silent = new ClientDescription(Optional.empty(), new ClientAddress(ADDRESS));
    assertThat(SessionClient.of(silent).name()).isNull();
  }

  private static ClientDescription client(String userAgent) {
    return new ClientDescription(Optional.of(userAgent), new ClientAddress(ADDRESS));
  }
}
