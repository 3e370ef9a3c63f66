package io.bookbell.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.bookbell.server.network.AddressRange;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.network.WebOrigin;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class OriginPolicyTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final String ANSWER = "Test-Answer";
  private static final HttpClient CLIENT = VERTX.createHttpClient();

  private static volatile OriginPolicy originPolicy = asEachRequestSays();
  private static HttpServer server;

  @BeforeAll
  static void listen() {
    server =
        VERTX
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .response()
                        .putHeader(
                            ANSWER,
                            originPolicy.isAllowed(request, true)
                                + " "
                                + originPolicy.publicUrl(request))
                        .end())
            .listen(0, "127.0.0.1")
            .await();
  }

  @AfterAll
  static void close() {
    VERTX.close().await();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://books.example        | Host: books.example:80",
        "http://books.example        | Host: BOOKS.example",
        "http://books.example.       | Host: books.example",
        "http://books.example        | Host: books.example.:80",
        "HTTP://Books.Example:80     | Host: books.example",
        "http://books.example:8080   | Host: books.example:8080",
        "http://my_books:8080        | Host: my_books:8080",
        "http://[::1]:8080           | Host: [0:0::1]:8080",
        "http://[2001:db8::1]        | Host: [2001:DB8::1]:80",
        "https://books.example       | Host: books.example; X-Forwarded-Proto: https, http",
        "https://books.example       | Host: books.example; X-Forwarded-Proto: HTTPS",
        "https://books.example       | Host: books.example:443; X-Forwarded-Proto: https",
        "https://books.example       | X-Forwarded-Proto: https; X-Forwarded-Host: books.example, proxy",
        "https://books.example       | X-Forwarded-Proto: wss; X-Forwarded-Host: books.example:443",
        "https://books.example:8443  | Host: books.example; X-Forwarded-Proto: https; X-Forwarded-Port: 8443",
        "https://books.example       | Host: books.example; X-Forwarded-Proto: https; X-Forwarded-Port: 443",
        "https://books.example       | Host: books.example; X-Forwarded-Proto: https; X-Forwarded-Port: 80",
        "https://books.example:444   | X-Forwarded-Proto: https; X-Forwarded-Host: books.example:444; X-Forwarded-Port: 80",
        "https://books.example:8443  | Forwarded: for=192.0.2.1&proto=https&host=\"books.example:8443\"",
        "https://books.example       | Host: books.example; Forwarded: Proto=HTTPS"
      })
  void theOwnPageIsKnownHoweverItIsWritten(String origin, String headers) {
    originPolicy = asEachRequestSays();

    assertThat(answer(origin, headers)).startsWith("true ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://evil.example         | Host: books.example",
        "https://books.example       | Host: books.example",
        "http://books.example:81     | Host: books.example",
        "null                        | Host: books.example",
        "http://books.example        | Host: books.example.evil",
        "http://books.example        | Host: ",
        "http://books.example/       | Host: books.example:x",
        "https://books.example       | X-Forwarded-Proto: http; X-Forwarded-Host: books.example",
      })
  void everyOtherPageIsForeign(String origin, String headers) {
    originPolicy = asEachRequestSays();

    assertThat(answer(origin, headers)).startsWith("false ");
  }

  @Test
  void thePublicUrlAndTheListedOriginsCountHoweverTheyAreWritten() {
    originPolicy =
        new OriginPolicy(
            PublicUrl.parse("https://Büro_1.Example.:443/books/"),
            WebOrigin.parse("http://OTHER:80").stream().toList(),
            new TrustedProxies(List.of()));

    assertThat(answer("https://xn--bro_1-kva.example", "Host: x"))
        .isEqualTo("true https://xn--bro_1-kva.example/books");
    assertThat(answer("http://other", "Host: x")).startsWith("true ");
    assertThat(answer("http://x", "Host: x")).startsWith("false ");
  }

  @Test
  void aRefusedPageIsLoggedOnceWithTheSettingThatWouldAllowIt() {
    List<String> said =
        logged(
            () -> {
              originPolicy =
                  new OriginPolicy(Optional.empty(), List.of(), new TrustedProxies(List.of()));
              answer("https://a.example", "Host: a.example; X-Forwarded-Proto: https");
              answer("https://a.example", "Host: a.example; X-Forwarded-Proto: https");
              answer("https://b.example", "Host: a.example");
              answer("null", "Host: a.example");
              originPolicy =
                  new OriginPolicy(
                      PublicUrl.parse("https://a.example"),
                      List.of(),
                      new TrustedProxies(List.of()));
              answer("https://c.example", "Host: a.example");
            });

    assertThat(said).hasSize(4);
    assertThat(said.get(0)).contains("https://a.example", "BOOKBELL_TRUSTED_PROXIES=127.0.0.1");
    assertThat(said.get(1)).contains("BOOKBELL_PUBLIC_URL=https://b.example");
    assertThat(said.get(2)).contains("without an origin");
    assertThat(said.get(3)).contains("BOOKBELL_ALLOWED_ORIGINS=https://c.example");
  }

  @Test
  void strangersCannotFillTheLog() {
    List<String> said =
        logged(
            () -> {
              originPolicy = asEachRequestSays();
              IntStream.range(0, 80)
                  .forEach(i -> answer("https://" + i + ".example", "Host: a.example"));
            });

    assertThat(said).hasSizeLessThan(60);
    assertThat(said.getLast()).contains("49.example");
  }

  private static OriginPolicy asEachRequestSays() {
    var proxies = new TrustedProxies(AddressRange.LOCAL);
    return new OriginPolicy(Optional.empty(), List.of(), proxies);
  }

  private static List<String> logged(Runnable deed) {
    var appender = new ListAppender<ILoggingEvent>();
    var log = (Logger) LoggerFactory.getLogger(RefusedOrigins.class);
    appender.start();
    log.addAppender(appender);
    try {
      deed.run();
    } finally {
      log.detachAppender(appender);
    }
    return new ArrayList<>(appender.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  /** In {@code headers}, "; " separates lines, and "&" stands for a semicolon within a line. */
  private static String answer(String origin, String headers) {
    return CLIENT
        .request(HttpMethod.POST, server.actualPort(), "127.0.0.1", "/")
        .compose(
            request -> {
              request.putHeader("Origin", origin);
              for (String line : headers.split("; ", -1)) {
                String[] parts = line.split(": ?", 2);
                request.putHeader(parts[0], parts[1].strip().replace('&', ';'));
              }
              return request.send();
            })
        .map(response -> response.getHeader(ANSWER)) // a body may end before it is read
        .await();
  }
}
