package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfig.PublicAccessConfig;
import io.bookbell.server.json.Json;
import io.bookbell.server.network.AddressRange;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing in and out, by token and by cookie. */
class SessionsTest {
  private final TestServer server = TestServer.shared(TestDatabase.SQLITE);
  private Cast cast;
  private TestClient nobody;

  @BeforeEach
  void people() {
    cast = server.cast();
    nobody = server.client();
  }

  @Test
  void loginHandsOutOneSessionAsTokenAndAsCookie() {
    Reply login =
        login(nobody, cast.supporter().email(), TestServer.PASSWORD, Map.of()).expect(200);

    assertThat(login.body().at("/user/id").asLong()).isEqualTo(cast.supporter().id());
    assertThat(login.body().at("/user/email").asText()).isEqualTo(cast.supporter().email());
    assertThat(login.body().at("/user/display_name").asText()).isEqualTo("supporter");
    assertThat(login.body().get("user")).hasSize(3);
    String cookie = cookie(login);
    assertThat(cookie)
        .startsWith("bookbell_session=" + login.body().get("token").asText() + ";")
        .contains("HttpOnly", "SameSite=Lax", "Path=/")
        .doesNotContain("Secure");
    assertThat(login.raw().headers().firstValue("Cache-Control")).contains("no-store");
    nobody
        .send("GET", "/api/me", null, Map.of("Cookie", cookie.replaceFirst(";.*", "")))
        .expect(200);
    nobody.as(login).get("/api/me").expect(200);
  }

  @Test
  void loginTakesAnAddressInAnyCase() {
    String email = cast.supporter().email().toUpperCase(Locale.ROOT);
    login(nobody, email, TestServer.PASSWORD, Map.of()).expect(200);
  }

  @Test
  void aWrongLoginIs401AndDoesNotTellWhatWasWrong() {
    Reply password = login(nobody, cast.supporter().email(), "wrong", Map.of()).expect(401);
    Reply address = login(nobody, "nobody@cast.test", "wrong", Map.of()).expect(401);

    assertThat(password.body()).isEqualTo(address.body());
    assertThat(password.raw().headers().firstValue("Set-Cookie")).isEmpty();
  }

  @Test
  void theEleventhWrongLoginInAMinuteIs429AndOthersAreNotHindered() {
    String email = cast.other().email();
    IntStream.range(0, 10).forEach(_ -> login(nobody, email, "wrong", Map.of()).expect(401));

    Reply refused = login(nobody, email, TestServer.PASSWORD, Map.of()).expect(429);
    assertThat(Integer.parseInt(refused.raw().headers().firstValue("Retry-After").orElseThrow()))
        .isBetween(1, 61);
    login(nobody, cast.team().email(), TestServer.PASSWORD, Map.of()).expect(200);
  }

  @Test
  void manyRightLoginsAtOnceAllSucceed() {
    var body = Map.of("email", cast.creator().email(), "password", TestServer.PASSWORD);
    var logins =
        IntStream.range(0, 25)
            .mapToObj(_ -> nobody.postLater("/api/auth/login", body, Map.of()))
            .toList();

    assertThat(logins).allSatisfy(login -> assertThat(login.join().status()).isEqualTo(200));
  }

  @Test
  void logoutEndsThisSessionAndItsSocketsAtOnceAndNoOther() {
    Reply login = login(nobody, cast.supporter().email(), TestServer.PASSWORD, Map.of());
    TestClient leaving = nobody.as(login);
    try (var leavingSocket = leaving.connect(cast.supporter().id());
        var byTicket = byTicket(leaving);
        var staying = cast.supporter().client().connect(cast.supporter().id())) {
      leavingSocket.await("initial_data");
      byTicket.await("initial_data");
      staying.await("initial_data");

      Reply logout = leaving.post("/api/auth/logout", "").expect(204);

      assertThat(cookie(logout)).startsWith("bookbell_session=;").contains("Max-Age=0");
      leaving.get("/api/me").expect(401);
      assertThat(leavingSocket.awaitClosed()).isEqualTo(4401);
      assertThat(byTicket.awaitClosed()).isEqualTo(4401);
      cast.supporter().client().get("/api/me").expect(200);
      staying.send("ping");
      staying.await("initial_data");
      assertThat(staying.isClosed()).isFalse();
    }
  }

  private TestSocket byTicket(TestClient client) {
    String ticket = client.post("/api/ws-ticket", "").expect(201).body().get("ticket").asText();
    String query = "user_id=" + cast.supporter().id() + "&ticket=" + ticket;
    return TestSocket.at(server.url(), query, Optional.empty());
  }

  @Test
  void theCookieSlidesWithTheSessionOnceADay() {
    String fresh = cast.supporter().client().token().orElseThrow();
    assertThat(setCookie(call("GET", "/api/me", null, fresh))).isEmpty();

    String renewed = olderSession();
    assertThat(setCookie(call("GET", "/api/me", null, renewed)))
        .startsWith("bookbell_session=" + renewed + ";")
        .contains("Max-Age=2592000", "HttpOnly", "SameSite=Lax", "Path=/");
    assertThat(setCookie(call("GET", "/api/unknown/1", null, olderSession()))).isEmpty();
    String writing = olderSession();
    assertThat(setCookie(call("POST", "/api/notifications/read", "{\"all\":true}", writing)))
        .startsWith("bookbell_session=" + writing + ";");
    var bearer = new TestClient(server.url(), Optional.of(olderSession()));
    assertThat(setCookie(bearer.get("/api/me").expect(200))).as("to a bearer").isEmpty();
    assertThat(setCookie(call("POST", "/api/auth/logout", "", olderSession())))
        .as("of a session that ends")
        .contains("Max-Age=0");
  }

  private Reply call(String method, String path, String body, String token) {
    var headers = Map.of("Cookie", "bookbell_session=" + token, "Origin", server.url());
    return nobody.send(method, path, body, headers);
  }

  private static String setCookie(Reply reply) {
    return reply.raw().headers().firstValue("Set-Cookie").orElse("");
  }

  /** A session that was renewed more than a day ago. */
  private String olderSession() {
    String token = server.signInAgain(new UserId(cast.supporter().id()), 1);
    server
        .database()
        .write(
            tx ->
                tx.update(
                    "UPDATE session SET renewed_at = ?, expires_at = ? WHERE token_hash = ?",
                    tx.now().minus(Duration.ofHours(25)),
                    tx.now().plus(Duration.ofDays(29)),
                    SecretTokens.hashToken(token)))
        .join();
    return token;
  }

  @Test
  void aCookieOfAnEndedSessionDoesNotHinderANewLogin() {
    var stale = Map.of("Cookie", "bookbell_session=over", "Origin", server.url());

    login(nobody, cast.supporter().email(), TestServer.PASSWORD, stale).expect(200);
    nobody.send("GET", "/api/me", null, stale).expect(401);
  }

  @Test
  void aBearerTokenBeatsTheCookie() {
    String supporter = cast.supporter().client().token().orElseThrow();

    Reply me =
        cast.creator()
            .client()
            .send("GET", "/api/me", null, Map.of("Cookie", "bookbell_session=" + supporter));

    assertThat(me.body().at("/user/id").asLong()).isEqualTo(cast.creator().id());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln",
        "Bearer none-of-ours",
        "Basic YW5uOnNlY3JldA==",
        "Negotiate abc",
        "Bearer"
      })
  void theAuthorizationOfAProxyDoesNotHideAGoodCookie(String authorization) {
    String cookie = "bookbell_session=" + cast.supporter().client().token().orElseThrow();
    var proxied = Map.of("Cookie", cookie, "Authorization", authorization);
    String read = "/api/notifications/read";

    nobody.send("GET", "/api/me", null, proxied).expect(200);
    nobody.send("GET", "/api/me", null, Map.of("Authorization", authorization)).expect(401);
    nobody.send("POST", read, "{\"all\":true}", proxied).expect(403);
    var fromOwnPage = new HashMap<>(proxied);
    fromOwnPage.put("Origin", server.url());
    nobody.send("POST", read, "{\"all\":true}", fromOwnPage).expect(200);
  }

  @Test
  void withTheCookieOnlyOurOwnPageMayAct() {
    String cookie = "bookbell_session=" + cast.supporter().client().token().orElseThrow();
    String body = Json.writeAsString(Map.of("all", true));
    String read = "/api/notifications/read";

    nobody.send("POST", read, body, Map.of("Cookie", cookie, "Origin", server.url())).expect(200);
    for (String foreign : List.of("http://evil.test", "null", server.url() + "0", "https://x")) {
      Reply refused =
          nobody.send("POST", read, body, Map.of("Cookie", cookie, "Origin", foreign)).expect(403);
      assertThat(refused.code()).isEqualTo("foreign_origin");
    }
    nobody.send("POST", read, body, Map.of("Cookie", cookie)).expect(403);
    nobody.send("GET", "/api/me", null, Map.of("Cookie", cookie)).expect(200);
    cast.supporter()
        .client()
        .send("POST", read, body, Map.of("Origin", "http://evil.test"))
        .expect(200);
  }

  @Test
  void loginFromAForeignPageIsRefused() {
    String email = cast.supporter().email();
    login(nobody, email, TestServer.PASSWORD, Map.of("Origin", "http://evil.test")).expect(403);
    login(nobody, email, TestServer.PASSWORD, Map.of("Origin", server.url())).expect(200);
  }

  @Test
  void theCookieIsSecureBehindTls(@TempDir Path folder) {
    var https =
        new PublicAccessConfig(
            PublicUrl.parse("https://books.example"), List.of(), List.of(), Optional.empty());
    var proxied =
        new PublicAccessConfig(Optional.empty(), List.of(), AddressRange.LOCAL, Optional.empty());
    try (var byUrl = TestServer.with(config(folder.resolve("a"), https));
        var byProxy = TestServer.with(config(folder.resolve("b"), proxied))) {
      assertThat(cookie(setUp(byUrl, Map.of()))).endsWith("; Secure");
      assertThat(cookie(setUp(byProxy, Map.of("X-Forwarded-Proto", "https")))).endsWith("; Secure");
      assertThat(byUrl.setupLink()).isPresent();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', http://books.example, bookbell_session, /, false",
    "'', http://books.example:8080, bookbell_session_8080, /, false",
    "'', https://books.example, __Host-bookbell_session, /, true",
    "'', https://books.example:8443, __Host-bookbell_session_8443, /, true",
    "'', https://site.example/books, __Secure-bookbell_session, /books/, true",
    "'', http://site.example/books, bookbell_session, /books/, false",
    "shop, https://books.example:8443, __Host-shop, /, true"
  })
  void theCookieIsNamedByWhereTheServerIsReached(
      String name, String url, String expected, String path, boolean secure, @TempDir Path folder) {
    var publicAccessConfig =
        new PublicAccessConfig(
            PublicUrl.parse(url),
            List.of(),
            List.of(),
            Optional.of(name).filter(given -> !given.isEmpty()));
    try (var server = TestServer.with(config(folder, publicAccessConfig))) {
      Reply reply = setUp(server, Map.of());
      List<String> cookies = reply.raw().headers().allValues("Set-Cookie");

      assertThat(cookies).hasSize(2);
      assertThat(cookies.get(0)).startsWith(expected + "=");
      assertThat(cookies.get(1))
          .startsWith(expected.replace("_session", "_device").replace("shop", "shop_device") + "=");
      assertThat(cookies)
          .allSatisfy(
              cookie -> {
                assertThat(cookie).contains("; Path=" + path + ";");
                assertThat(cookie.endsWith("; Secure")).isEqualTo(secure);
              });
      String cookie = cookies.get(0).replaceFirst(";.*", "");
      server.client().send("GET", "/api/me", null, Map.of("Cookie", cookie)).expect(200);
      var origin = PublicUrl.parse(url).orElseThrow().origin().toString();
      Reply logout =
          server
              .client()
              .send("POST", "/api/auth/logout", "", Map.of("Cookie", cookie, "Origin", origin))
              .expect(204);
      assertThat(cookie(logout)).startsWith(expected + "=;").contains("; Path=" + path + ";");
    }
  }

  @Test
  void aCookieOfAnEarlierNameIsReadAndEndsWhenTheNewOneIsSet(@TempDir Path folder) {
    String url = "http://books.example:8443";
    var publicAccessConfig =
        new PublicAccessConfig(PublicUrl.parse(url), List.of(), List.of(), Optional.empty());
    try (var server = TestServer.with(config(folder, publicAccessConfig))) {
      String token = setUp(server, Map.of()).body().get("token").asText();
      TestClient browser = server.client();
      String old = "bookbell_session=" + token;
      var headers = Map.of("Cookie", old, "Origin", url);

      browser.send("GET", "/api/me", null, headers).expect(200);
      var body = Map.of("email", "ada@books.test", "password", "correct horse");
      Reply login =
          browser.send("POST", "/api/auth/login", Json.writeAsString(body), headers).expect(200);
      assertThat(login.raw().headers().allValues("Set-Cookie"))
          .anyMatch(set -> set.startsWith("bookbell_session_8443="))
          .anyMatch(set -> set.startsWith("bookbell_session=; Path=/; Max-Age=0"));

      String both = old + "; bookbell_session_8443=over";
      browser.send("GET", "/api/me", null, Map.of("Cookie", both)).expect(401);
      var foreign = Map.of("Cookie", "bookbell_session=of-another-port", "Origin", url);
      Reply beside =
          browser.send("POST", "/api/auth/login", Json.writeAsString(body), foreign).expect(200);
      assertThat(beside.raw().headers().allValues("Set-Cookie"))
          .as("the cookie of another installation stays")
          .noneMatch(set -> set.startsWith("bookbell_session="));
    }
  }

  /** A site of the same domain could set one, to have somebody use an account of its own. */
  @Test
  void overTlsNoCookieCountsThatAnotherSiteCouldHaveSet(@TempDir Path folder) {
    String url = "https://books.example:8443";
    var publicAccessConfig =
        new PublicAccessConfig(PublicUrl.parse(url), List.of(), List.of(), Optional.empty());
    try (var server = TestServer.with(config(folder, publicAccessConfig))) {
      String token = setUp(server, Map.of()).body().get("token").asText();
      for (String name : List.of("bookbell_session_8443", "bookbell_session")) {
        var headers = Map.of("Cookie", name + "=" + token, "Origin", url);
        server.client().send("GET", "/api/me", null, headers).expect(401);
        server.client().send("POST", "/api/auth/logout", "", headers).expect(401);
      }
      var headers = Map.of("Cookie", "__Host-bookbell_session_8443=" + token);
      server.client().send("GET", "/api/me", null, headers).expect(200);
    }
  }

  /** Or it would stay, without protection, beside the one that is sent over TLS only. */
  @Test
  void theCookieOfATimeWithoutTlsEndsWhereverItsPathWas(@TempDir Path folder) {
    String url = "https://site.example/books";
    var publicAccessConfig =
        new PublicAccessConfig(PublicUrl.parse(url), List.of(), List.of(), Optional.empty());
    try (var server = TestServer.with(config(folder, publicAccessConfig))) {
      String token = setUp(server, Map.of()).body().get("token").asText();
      var headers = Map.of("Cookie", "bookbell_session=" + token, "Origin", "https://site.example");
      server.client().send("GET", "/api/me", null, headers).expect(401);
      var body = Map.of("email", "ada@books.test", "password", "correct horse");
      Reply login =
          server
              .client()
              .send("POST", "/api/auth/login", Json.writeAsString(body), headers)
              .expect(200);
      assertThat(login.raw().headers().allValues("Set-Cookie"))
          .anyMatch(set -> set.startsWith("__Secure-bookbell_session="))
          .anyMatch(set -> set.startsWith("bookbell_session=; Path=/books/; Max-Age=0"))
          .anyMatch(set -> set.startsWith("bookbell_session=; Path=/; Max-Age=0"));
    }
  }

  private static ServerConfig config(Path folder, PublicAccessConfig publicAccessConfig) {
    ServerConfig usual = TestServer.config(TestDatabase.SQLITE.create(folder));
    return usual.withReach(publicAccessConfig);
  }

  private static Reply setUp(TestServer server, Map<String, String> headers) {
    String token = server.setupLink().orElseThrow().replaceFirst(".*#", "");
    var body =
        Map.of(
            "token", token,
            "creator_name", "Ada reads",
            "email", "Ada@books.test",
            "display_name", "Ada",
            "password", "correct horse");
    return server
        .client()
        .send("POST", "/api/setup", Json.writeAsString(body), headers)
        .expect(200);
  }

  @Test
  void theSetupLinkIsGoodOnce(@TempDir Path folder) {
    try (var fresh =
        TestServer.with(
            config(
                folder,
                new PublicAccessConfig(
                    Optional.empty(), List.of(), List.of(), Optional.empty())))) {
      var body =
          Map.of(
              "token", "wrong",
              "creator_name", "Ada reads",
              "email", "ada@books.test",
              "display_name", "Ada",
              "password", "correct horse");
      fresh.client().post("/api/setup", body).expect(404);
      TestClient ada = fresh.client().as(setUp(fresh, Map.of()));

      Reply me = ada.get("/api/me").expect(200);
      assertThat(me.body().at("/user/email").asText()).isEqualTo("ada@books.test");
      assertThat(me.body().at("/admin_of/0/creator_name").asText()).isEqualTo("Ada reads");
      ada.get("/api/admin/cache-stats").expect(200);
      var again = new HashMap<>(body);
      again.put("token", fresh.setupLink().orElseThrow().replaceFirst(".*#", ""));
      fresh.client().post("/api/setup", again).expect(404);
    }
  }

  @Test
  void meNamesMembershipsAndCreators() {
    var supporter = cast.supporter().client().get("/api/me").expect(200).body();
    var team = cast.team().client().get("/api/me").expect(200).body();

    assertThat(supporter.get("memberships")).hasSize(1);
    assertThat(supporter.at("/memberships/0/creator_id").asLong()).isEqualTo(cast.creator().id());
    assertThat(supporter.at("/memberships/0/tier").asText()).isEqualTo("Patron");
    assertThat(supporter.at("/memberships/0/requests_allowed").asInt()).isEqualTo(3);
    assertThat(supporter.at("/memberships/0/requests_used").asInt()).isZero();
    assertThat(supporter.get("admin_of")).isEmpty();
    assertThat(team.at("/admin_of/0/creator_id").asLong()).isEqualTo(cast.creator().id());
    assertThat(team.get("memberships")).isEmpty();
    nobody.get("/api/me").expect(401);
  }

  private static String cookie(Reply reply) {
    return reply.raw().headers().firstValue("Set-Cookie").orElseThrow();
  }

  private static Reply login(
      TestClient client, String email, String password, Map<String, String> headers) {
    String body = Json.writeAsString(Map.of("email", email, "password", password));
    return client.send("POST", "/api/auth/login", body, headers);
  }
}
