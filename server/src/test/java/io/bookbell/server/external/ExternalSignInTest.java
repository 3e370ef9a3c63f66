package io.bookbell.server.external;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.PlainJWT;
import com.sun.net.httpserver.HttpServer;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ExternalSignInConfig;
import io.bookbell.server.config.ExternalSignInConfig.AuthHeaderConfig;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfig.PublicAccessConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.config.SiteTokenConfig;
import io.bookbell.server.config.SiteTokenConfig.TokenKey;
import io.bookbell.server.network.AddressRange;
import io.bookbell.server.network.WebOrigin;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signing in with the tokens of the site that people come from, or through a proxy. */
class ExternalSignInTest {
  private static final String PAGE = "https://site.example";
  private static final String SECRET = "a secret of the other site, which has 32 bytes or more";
  private static final SiteTokens TOKENS = new SiteTokens(SECRET);
  private static final SiteTokenConfig SHARED =
      new SiteTokenConfig(
          new TokenKey.SharedSecret(SECRET),
          Optional.of(SiteTokens.ISSUER),
          Optional.of(SiteTokens.AUDIENCE),
          "sub",
          Optional.of("access_token"));

  @TempDir static Path folder;
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.demo(config("shared", SHARED));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static ServerConfig config(String name, SiteTokenConfig tokens) {
    return config(name, tokens, Optional.of("Remote-Email"));
  }

  private static ServerConfig config(
      String name, SiteTokenConfig tokens, Optional<String> emailHeader) {
    return config(TestDatabase.SQLITE.create(folder.resolve(name)), tokens, emailHeader);
  }

  private static ServerConfig config(
      StorageConfig storage, SiteTokenConfig tokens, Optional<String> emailHeader) {
    var header = new AuthHeaderConfig("Remote-User", emailHeader, "Remote-Name");
    return TestServer.config(storage)
        .withReach(
            new PublicAccessConfig(
                Optional.empty(),
                List.of(WebOrigin.parse(PAGE).orElseThrow()),
                List.of(AddressRange.parse("127.0.0.1").orElseThrow()),
                Optional.empty()))
        .withExternal(new ExternalSignInConfig(Optional.of(tokens), Optional.of(header)));
  }

  private Reply me(Map<String, String> headers) {
    return server.client().send("GET", "/api/me", null, headers);
  }

  private static Map<String, String> bearer(String token) {
    return Map.of("Authorization", "Bearer " + token);
  }

  @Test
  void aTokenSignsInItsUserByHeaderAndByCookie() {
    String token = TOKENS.of(101, 60);
    assertThat(me(bearer(token)).expect(200).body().at("/user/id").asLong()).isEqualTo(101);
    for (String cookie :
        List.of("access_token=" + token, "x=1; access_token=\"Bearer " + token + "\"")) {
      Reply reply = me(Map.of("Cookie", cookie)).expect(200);
      assertThat(reply.body().at("/user/id").asLong()).isEqualTo(101);
      assertThat(reply.raw().headers().firstValue("Set-Cookie")).isEmpty();
    }
  }

  @Test
  void aTokenIsRefusedUnlessEverythingAboutItIsRight() throws Exception {
    var none = new PlainJWT(SiteTokens.claims(101, 60).build()).serialize();
    var otherKind =
        SiteTokens.sign(
            new JWSHeader(JWSAlgorithm.RS256),
            new RSASSASigner(new RSAKeyGenerator(2048).generate()),
            SiteTokens.claims(101, 60).build());
    var longer =
        SiteTokens.sign(
            new JWSHeader(JWSAlgorithm.HS512),
            new MACSigner(SECRET.repeat(2)),
            SiteTokens.claims(101, 60).build());
    for (String token :
        List.of(
            none,
            otherKind,
            longer,
            new SiteTokens("x" + SECRET).of(101, 60),
            TOKENS.of(101, -1),
            TOKENS.of(101, 60, claims -> claims.issuer("https://elsewhere.example")),
            TOKENS.of(101, 60, claims -> claims.audience("films")),
            TOKENS.of(101, 60, claims -> claims.expirationTime(null)),
            TOKENS.of(101, 60, claims -> claims.subject("0101")),
            TOKENS.of(999_999, 60))) {
      assertThat(me(bearer(token)).status()).as(token).isEqualTo(401);
    }
  }

  @Test
  void whatIsNotOursHidesNeitherTheCookieOfASessionNorThatOfTheSite() {
    String session = server.signIn("reader2").token().orElseThrow();
    String siteCookie = "access_token=" + TOKENS.of(103, 60);
    Reply reply =
        me(
            Map.of(
                "Authorization",
                "Bearer " + TOKENS.of(101, -60),
                "Cookie",
                "bookbell_session=" + session + "; " + siteCookie));
    assertThat(reply.expect(200).body().at("/user/id").asLong()).isEqualTo(102);
    reply = me(Map.of("Cookie", "bookbell_session=over; " + siteCookie));
    assertThat(reply.expect(200).body().at("/user/id").asLong()).isEqualTo(103);
  }

  @Test
  void withTheCookieOnlyAllowedPagesMayActAndTheyMayReadTheAnswers() {
    String cookie = "access_token=" + TOKENS.of(104, 60);
    String body = "{\"all\":true}";
    String path = "/api/notifications/read";
    var evil = Map.of("Cookie", cookie, "Origin", "https://evil.example");
    Reply refused = server.client().send("POST", path, body, evil).expect(403);
    assertThat(refused.raw().headers().firstValue("Access-Control-Allow-Origin")).isEmpty();

    var page = Map.of("Cookie", cookie, "Origin", PAGE);
    Reply done = server.client().send("POST", path, body, page);
    assertThat(done.status()).isLessThan(300);
    assertThat(done.raw().headers().firstValue("Access-Control-Allow-Origin")).contains(PAGE);
    assertThat(done.raw().headers().firstValue("Access-Control-Allow-Credentials"))
        .contains("true");

    Reply invalid = server.client().send("POST", path, "{}", page).expect(400);
    assertThat(invalid.raw().headers().firstValue("Access-Control-Allow-Origin")).contains(PAGE);

    var asked = new HashMap<>(Map.of("Access-Control-Request-Method", "PATCH"));
    asked.put("Access-Control-Request-Headers", "authorization, content-type");
    asked.put("Origin", PAGE);
    var preflight = rawOptions("/api/me", asked);
    assertThat(preflight.statusCode()).isEqualTo(204);
    assertThat(preflight.headers().firstValue("Access-Control-Allow-Methods").orElseThrow())
        .contains("PATCH", "DELETE");
    assertThat(preflight.headers().firstValue("Access-Control-Allow-Headers").orElseThrow())
        .contains("Authorization", "Content-Type", "Idempotency-Key");
    assertThat(preflight.headers().firstValue("Vary")).contains("Origin");
    asked.put("Origin", "https://evil.example");
    assertThat(rawOptions("/api/me", asked).headers().firstValue("Access-Control-Allow-Methods"))
        .isEmpty();
  }

  private HttpResponse<String> rawOptions(String path, Map<String, String> headers) {
    var request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .method("OPTIONS", HttpRequest.BodyPublishers.noBody());
    headers.forEach(request::header);
    try (var http = HttpClient.newHttpClient()) {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aSocketLivesAsLongAsItsTokenOrTheNewerOneThatItSends() {
    int seconds = 6; // enough to send a newer one, on a slow machine too
    var client = new TestClient(server.url(), Optional.of(TOKENS.of(105, seconds)));
    try (var brief = client.connect(105);
        var renewed = client.connect(105)) {
      brief.await("initial_data");
      renewed.await("initial_data");
      renewed.send("{\"type\":\"auth\",\"token\":\"" + TOKENS.of(106, 60) + "\"}");
      assertThat(renewed.await("error").get("code").asText()).isEqualTo("invalid_token");
      renewed.send("{\"type\":\"auth\",\"token\":\"" + TOKENS.of(105, 60) + "\"}");
      assertThat(brief.awaitClosed()).isEqualTo(4401);
      assertThat(renewed.isClosed()).isFalse();
      renewed.send("ping");
      await().until(() -> renewed.frames().contains("pong"));
    }
  }

  @Test
  void whatNeedsASessionOfItsOwnIsRefused() {
    var client = new TestClient(server.url(), Optional.of(TOKENS.of(107, 60)));
    client.post("/api/ws-ticket", "{}").expect(403);
    client.post("/api/auth/logout", "{}").expect(403);
    client.patch("/api/me", Map.of("display_name", "Somebody")).expect(403);
    client.post("/api/keys", Map.of("name", "Program", "scopes", List.of("read"))).expect(403);
    client.send("POST", "/api/passkeys/options", null, Map.of()).expect(403);
    client.delete("/api/passkeys/1").expect(403);
    client.delete("/api/identities/1").expect(403);
    client.post("/api/messages/ack", Map.of("seq", 0)).expect(204);
  }

  @Test
  void aTrustedProxySignsInByAddressAndBringsNewPeople() {
    var known = Map.of("Remote-User", "reader8", "Remote-Email", "Reader8@demo.test");
    assertThat(me(known).expect(200).body().at("/user/id").asLong()).isEqualTo(108);
    // The name may be its owner's choice.
    me(Map.of("Remote-User", "reader9@demo.test")).expect(401);
    var stranger =
        Map.of("Remote-User", "zoe", "Remote-Email", "zoe@new.example", "Remote-Name", "Zoe");
    Reply first = me(stranger).expect(200);
    assertThat(first.body().at("/user/display_name").asText()).isEqualTo("Zoe");
    assertThat(me(stranger).body().at("/user/id")).isEqualTo(first.body().at("/user/id"));
    var act = new HashMap<>(known);
    act.put("Origin", "https://evil.example");
    server.client().send("POST", "/api/notifications/read", "{\"all\":true}", act).expect(403);
  }

  /** Of a sign-in proxy that knows no address of somebody. */
  @Test
  void whoHasNoAddressMayDoWhatNeedsNoSession() {
    var nameless = Map.of("Remote-User", "zoe", "Remote-Email", "none");
    String body = "{\"email\":\"reader1@demo.test\"}";

    server.client().send("GET", "/api/auth/methods", null, nameless).expect(200);
    server.client().send("POST", "/api/auth/forgot", body, nameless).expect(202);
    me(nameless).expect(401);
  }

  /** A browser's first requests come at once, and PostgreSQL runs them so. */
  @Test
  void allFirstRequestsOfANewPersonAreSignedIn() throws Exception {
    var storage =
        (StorageConfig.PostgresConfig) TestDatabase.POSTGRESQL.create(folder.resolve("first"));
    try (var apart = TestServer.demo(config(storage, SHARED, Optional.of("Remote-Email")));
        var other =
            DriverManager.getConnection(storage.url(), storage.user(), storage.password())) {
      other.setAutoCommit(false);
      try (var statement = other.createStatement()) {
        statement.execute(
            "INSERT INTO app_user (email, display_name, password_hash, created_at)"
                + " VALUES ('zoe@new.example', 'Zoe', '', 1)");
      }
      var headers = Map.of("Remote-User", "zoe", "Remote-Email", "zoe@new.example");
      var second =
          CompletableFuture.supplyAsync(() -> apart.client().send("GET", "/api/me", null, headers));
      await().until(() -> waitsForLock(apart));
      other.commit();

      second.join().expect(200);
    }
  }

  private static boolean waitsForLock(TestServer apart) {
    return apart
        .database()
        .read(
            tx ->
                tx.query(
                        "SELECT count(*) AS amount FROM pg_stat_activity"
                            + " WHERE wait_event_type = 'Lock' AND datname = current_database()")
                    .single(row -> row.getInt("amount")))
        .join()
        .equals(1);
  }

  @Test
  void aHeaderOfSomebodyElseThanTheProxyMeansNothing() {
    var reach =
        new PublicAccessConfig(
            Optional.empty(),
            List.of(),
            List.of(AddressRange.parse("10.0.0.0/8").orElseThrow()),
            Optional.empty());
    var headers = Map.of("Remote-User", "reader8@demo.test", "Remote-Email", "reader9@demo.test");
    ServerConfig unnamed = config("apart", SHARED, Optional.empty());
    try (var apart = TestServer.demo(unnamed.withReach(reach))) {
      apart.client().send("GET", "/api/me", null, headers).expect(401);
    }
    // The proxy may pass on the address of a client, if only its own header is set.
    try (var apart = TestServer.demo(unnamed)) {
      Reply reply = apart.client().send("GET", "/api/me", null, headers).expect(200);
      assertThat(reply.body().at("/user/id").asLong()).isEqualTo(108);
      apart.client().send("GET", "/api/me", null, Map.of("Remote-User", "zoe")).expect(401);
    }
  }

  @Test
  void aDisabledAccountIsRefusedHoweverItIsSignedInToAndItsSocketsClose() {
    var client = new TestClient(server.url(), Optional.of(TOKENS.of(110, 60)));
    String byAddress = "reader10@demo.test";
    var proxied = Map.of("Remote-User", "x", "Remote-Email", byAddress);
    me(proxied).expect(200);
    makeOperator(111);
    var operator = new TestClient(server.url(), Optional.of(TOKENS.of(111, 60)));
    String account = "/api/operator/accounts/110";
    try (var socket = client.connect(110)) {
      socket.await("initial_data");
      operator.send("POST", account + "/disable", null, Map.of()).expect(200);
      assertThat(socket.awaitClosed()).isEqualTo(4401);
    }
    client.get("/api/me").expect(401);
    me(proxied).expect(401);
    operator.send("POST", account + "/enable", null, Map.of()).expect(200);
    client.get("/api/me").expect(200);
  }

  private static void makeOperator(long user) {
    server
        .database()
        .write(tx -> tx.update("UPDATE app_user SET operator = TRUE WHERE id = ?", user))
        .join();
  }

  @Test
  void publishedKeysCheckTokensAndNobodySignsWithThemAsASecret() throws Exception {
    RSAKey key = new RSAKeyGenerator(2048).keyID("one").generate();
    HttpServer keys =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] published = new JWKSet(key.toPublicJWK()).toString().getBytes(UTF_8);
    keys.createContext(
        "/jwks.json",
        exchange -> {
          exchange.sendResponseHeaders(200, published.length);
          exchange.getResponseBody().write(published);
          exchange.close();
        });
    keys.start();
    URI address = URI.create("http://127.0.0.1:" + keys.getAddress().getPort() + "/jwks.json");
    var tokens =
        new SiteTokenConfig(
            new TokenKey.PublishedKeys(address),
            Optional.empty(),
            Optional.empty(),
            "email",
            Optional.empty());
    try (var apart = TestServer.demo(config("keys", tokens))) {
      var client = apart.client();
      var header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("one").build();
      var claims = SiteTokens.claims(1, 60).claim("email", "READER4@demo.test").build();
      String good = SiteTokens.sign(header, new RSASSASigner(key), claims);
      assertThat(
              client
                  .send("GET", "/api/me", null, bearer(good))
                  .expect(200)
                  .body()
                  .at("/user/id")
                  .asLong())
          .isEqualTo(104);
      var unverified =
          SiteTokens.claims(1, 60)
              .claim("email", "reader4@demo.test")
              .claim("email_verified", false)
              .build();
      var unverifiedInText =
          SiteTokens.claims(1, 60)
              .claim("email", "reader4@demo.test")
              .claim("email_verified", "false")
              .build();
      String forged =
          SiteTokens.sign(
              new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("one").build(),
              new MACSigner(key.toRSAPublicKey().getEncoded()),
              claims);
      for (String bad :
          List.of(
              forged,
              SiteTokens.sign(header, new RSASSASigner(key), unverified),
              SiteTokens.sign(header, new RSASSASigner(key), unverifiedInText))) {
        client.send("GET", "/api/me", null, bearer(bad)).expect(401);
      }
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    } finally {
      keys.stop(0);
    }
  }
}
