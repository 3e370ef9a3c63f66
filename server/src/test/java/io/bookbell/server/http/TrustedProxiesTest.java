package io.bookbell.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.network.AddressRange;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustedProxiesTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final String ANSWER = "Test-Answer";
  private static final HttpClient CLIENT = VERTX.createHttpClient();
  private static final TrustedProxies LOCAL = trusting("127.0.0.1", "10.0.0.0/8", "fd00::/8");
  private static final TrustedProxies NOBODY = trusting();

  private static volatile Function<HttpServerRequest, String> reader = _ -> "";
  private static HttpServer server;

  @BeforeAll
  static void listen() {
    server =
        VERTX
            .createHttpServer()
            .requestHandler(
                request -> request.response().putHeader(ANSWER, reader.apply(request)).end())
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
        "X-Forwarded-For: 192.0.2.1                                       | 192.0.2.1",
        "X-Forwarded-For: 203.0.113.9, 192.0.2.1                          | 192.0.2.1",
        "X-Forwarded-For: 203.0.113.9, 192.0.2.1, 10.1.1.1                | 192.0.2.1",
        "X-Forwarded-For: 10.1.1.1, 10.2.2.2                              | 10.1.1.1",
        "X-Forwarded-For: 192.0.2.1:5432                                  | 192.0.2.1",
        "X-Forwarded-For: 2001:DB8::1                                     | 2001:db8::1",
        "X-Forwarded-For: [2001:db8::1]:443, fd00::5                      | 2001:db8::1",
        "X-Forwarded-For: ::ffff:192.0.2.1                                | 192.0.2.1",
        "X-Forwarded-For: 192.0.2.1, unknown                              | 127.0.0.1",
        "X-Forwarded-For: 192.0.2.1, nonsense, 10.1.1.1                   | 10.1.1.1",
        "X-Forwarded-For: 203.0.113.9; X-Forwarded-For: 192.0.2.1         | 192.0.2.1",
        "X-Forwarded-Proto: https                                         | 127.0.0.1",
        "Forwarded: for=192.0.2.1                                         | 192.0.2.1",
        "Forwarded: FOR=\"[2001:db8::1]:47\"&proto=https, for=10.1.1.1    | 2001:db8::1",
        "Forwarded: for=203.0.113.9, for=192.0.2.1                        | 192.0.2.1",
        "Forwarded: for=_hidden                                           | 127.0.0.1",
        "Forwarded: for=\"192.0.2.1                                       | 192.0.2.1",
        "Forwarded: =,&\"                                                 | 127.0.0.1",
        "Forwarded: for=203.0.113.9; X-Forwarded-For: 192.0.2.1           | 192.0.2.1"
      })
  void theClientIsTheRightmostHopThatIsNoProxy(String headers, String client) {
    assertThat(read(headers, request -> LOCAL.clientAddress(request).displayText()))
        .isEqualTo(client);
    assertThat(read(headers, request -> NOBODY.clientAddress(request).displayText()))
        .isEqualTo("127.0.0.1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "X-Forwarded-Proto: https                                          | https,,",
        "X-Forwarded-Proto: https, http; X-Forwarded-Host: a.test, b.test  | https,a.test,",
        "X-Forwarded-Proto: HTTPS; X-Forwarded-Port: 8443                  | https,,8443",
        "X-Forwarded-Proto: wss                                            | https,,",
        "X-Forwarded-Proto: gopher                                         | ,,",
        "Forwarded: for=192.0.2.1&Proto=HTTPS&host=\"a.test:8443\"         | https,a.test:8443,",
        "Forwarded: for=192.0.2.1, for=10.0.0.1&proto=https&host=a.test    | https,a.test,",
        "Forwarded: proto=https; X-Forwarded-Proto: http                   | http,,"
      })
  void theHeadersSayHowTheClientCame(String headers, String said) {
    Function<TrustedProxies, Function<HttpServerRequest, String>> saidTo =
        proxies ->
            request -> {
              var found = proxies.trustedValues(request);
              return found.normalizedScheme().orElse("")
                  + ","
                  + found.host().orElse("")
                  + ","
                  + found.port().orElse("");
            };

    assertThat(read(headers, saidTo.apply(LOCAL))).isEqualTo(said);
    assertThat(read(headers, saidTo.apply(NOBODY))).isEqualTo(",,");
  }

  @Test
  void aLongHeaderIsReadInOneGo() {
    String hops = "for=\"[2001:db8::1]\"&by=_x,".repeat(250);

    assertThat(read("Forwarded: " + hops, request -> LOCAL.clientAddress(request).displayText()))
        .isEqualTo("127.0.0.1");
  }

  /** In {@code headers}, "; " separates lines, and "&" stands for a semicolon within a line. */
  private static String read(String headers, Function<HttpServerRequest, String> wanted) {
    reader = wanted;
    return CLIENT
        .request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/")
        .compose(
            request -> {
              for (String line : headers.split("; ", -1)) {
                String[] parts = line.split(": ", 2);
                request.headers().add(parts[0], parts[1].strip().replace('&', ';'));
              }
              return request.send();
            })
        .map(response -> response.getHeader(ANSWER)) // a body may end before it is read
        .await();
  }

  private static TrustedProxies trusting(String... ranges) {
    return new TrustedProxies(
        Stream.of(ranges).map(each -> AddressRange.parse(each).orElseThrow()).toList());
  }
}
