package io.bookbell.server.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.OidcConfig.AutoJoin;
import io.bookbell.server.config.ServerConfig.PublicAccessConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.json.Json;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.support.StandInProvider;
import io.bookbell.server.support.StandInProvider.Mood;
import io.bookbell.server.support.StandInProvider.Person;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Signing in through OpenID Connect, with two providers that really are called. */
@ParameterizedClass
@EnumSource
class OidcSignInTest {
  @Parameter TestDatabase kind;

  @TempDir Path folder;
  private final StandInProvider first = new StandInProvider();
  private final StandInProvider second = new StandInProvider();
  private StorageConfig storage;
  private TestServer server;
  private Cast cast;

  @BeforeEach
  void start() {
    storage = kind.create(folder);
    var autoJoin = Optional.of(new AutoJoin(1, 1)); // the demonstration's creator
    server =
        TestServer.demo(
            TestServer.config(storage)
                .withProviders(
                    List.of(first.config("1", Optional.empty()), second.config("2", autoJoin))));
    cast = server.cast();
  }

  @AfterEach
  void stop() {
    server.close();
    first.close();
    second.close();
  }

  /** A browser, which keeps cookies and follows redirects by itself only to providers. */
  private final class Visitor {
    private final CookieManager cookies = new CookieManager();
    private final HttpClient http = HttpClient.newBuilder().cookieHandler(cookies).build();

    HttpResponse<String> get(String url) {
      try {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
      } catch (IOException e) {
        throw new IllegalStateException(url, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    private String next(String url) {
      return get(url).headers().firstValue("Location").orElseThrow(() -> new AssertionError(url));
    }

    /** Signs in at a provider. Returns the path at which the page continues. */
    String signIn(String provider, String query) {
      String start = server.url() + "/api/auth/oidc/" + provider + "/start" + query;
      return finish(next(start));
    }

    /** Follows the browser to the provider and back. */
    String finish(String providerAddress) {
      String page = next(next(providerAddress));
      assertThat(page).startsWith(server.url() + "/");
      return page.substring(server.url().length());
    }

    TestClient client() {
      return new TestClient(server.url(), Optional.of(cookie("bookbell_session")));
    }

    String cookie(String name) {
      return cookies.getCookieStore().getCookies().stream()
          .filter(each -> each.getName().startsWith(name))
          .map(HttpCookie::getValue)
          .findFirst()
          .orElseThrow();
    }

    void keep(String name, String value) {
      var cookie = new HttpCookie(name, value);
      cookie.setPath("/");
      cookie.setVersion(0);
      cookies.getCookieStore().add(URI.create(server.url()), cookie);
    }
  }

  private static Person somebody(String email, boolean verified) {
    return new Person("sub of " + email, email, verified, "  Ada  Lovelace ");
  }

  @Test
  void theMethodsAreListedForThePage() {
    JsonNode methods = server.client().get("/api/auth/methods").expect(200).body();

    assertThat(methods.get("password").asBoolean()).isTrue();
    assertThat(methods.at("/oidc/0/name").asText()).isEqualTo("Stand-in 1");
    assertThat(methods.at("/oidc/1/url").asText())
        .isEqualTo(server.url() + "/api/auth/oidc/2/start");
    assertThat(methods.get("patreon").asBoolean()).isFalse();
  }

  @Test
  void twoProvidersThatVerifyOneAddressLeadToOneAccount() {
    first.signInAs(somebody(cast.supporter().email(), true));
    second.signInAs(
        new Person("42", cast.supporter().email().toUpperCase(Locale.ROOT), true, "Ada"));
    var visitor = new Visitor();

    assertThat(visitor.signIn("1", "?return=/account")).isEqualTo("/account");
    assertThat(visitor.client().userId()).isEqualTo(cast.supporter().id());
    var other = new Visitor();
    assertThat(other.signIn("2", "")).isEqualTo("/");
    assertThat(other.client().userId()).isEqualTo(cast.supporter().id());

    // By subject from now on, whatever the address.
    first.signInAs(new Person("sub of " + cast.supporter().email(), "new@id.test", false, "Ada"));
    assertThat(visitor.signIn("1", "")).isEqualTo("/");
    assertThat(visitor.client().userId()).isEqualTo(cast.supporter().id());
    JsonNode identities = visitor.client().get("/api/identities").expect(200).body().get("items");
    assertThat(identities)
        .extracting(each -> each.get("provider").asText())
        .containsExactly("Stand-in 1", "Stand-in 2");
    assertThat(visitor.client().get("/api/me/export").body().get("identities")).hasSize(2);
    assertThat(visitor.client().get("/api/sessions").body().get("items")).hasSize(4);
  }

  @Test
  void anAddressThatIsNotVerifiedIsNobodys() {
    first.signInAs(somebody(cast.supporter().email(), false));
    assertThat(new Visitor().signIn("1", "")).isEqualTo("/?refused=email_unverified");
    second.signInAs(somebody("fresh@id.test", false));
    assertThat(new Visitor().signIn("2", "")).isEqualTo("/?refused=email_unverified");
  }

  @Test
  void newcomersNeedAnInvitationOrASetting() {
    first.signInAs(somebody("new@id.test", true));
    second.signInAs(somebody("newer@id.test", true));

    assertThat(new Visitor().signIn("1", "")).isEqualTo("/?refused=invitation_needed");
    var visitor = new Visitor();
    visitor.signIn("2", "");
    JsonNode me = visitor.client().get("/api/me").expect(200).body();
    assertThat(me.at("/user/display_name").asText()).isEqualTo("Ada Lovelace");
    assertThat(me.at("/memberships/0/creator_id").asLong()).isEqualTo(1);
    assertThat(me.get("has_password").asBoolean()).isFalse();

    var terms =
        Map.of("creator_id", cast.creator().id(), "kind", "supporter", "tier_id", cast.tier());
    String link =
        cast.creator()
            .client()
            .post("/api/invitations", terms)
            .expect(201)
            .body()
            .get("url")
            .asText();
    String token = link.replaceFirst(".*#", "");
    var invited = new Visitor();
    assertThat(invited.signIn("1", "?invitation=" + token)).isEqualTo("/");
    assertThat(invited.client().get("/api/me").body().at("/memberships/0/creator_id").asLong())
        .isEqualTo(cast.creator().id());
    first.signInAs(somebody("third@id.test", true));
    assertThat(new Visitor().signIn("1", "?invitation=" + token)).isEqualTo("/?refused=not_found");
  }

  @Test
  void peopleWhoHaveAnAccountComeBackToTheInvitationAndDecide() {
    var terms =
        Map.of("creator_id", cast.creator().id(), "kind", "supporter", "tier_id", cast.tier());
    TestClient creator = cast.creator().client();
    String link = creator.post("/api/invitations", terms).expect(201).body().get("url").asText();
    String token = link.replaceFirst(".*#", "");
    second.signInAs(somebody("regular@id.test", true));
    new Visitor().signIn("2", ""); // joins another creator by the provider's setting

    var visitor = new Visitor();
    assertThat(visitor.signIn("2", "?invitation=" + token)).isEqualTo("/join#" + token);
    TestClient regular = visitor.client();
    assertThat(regular.get("/api/me").body().get("memberships")).hasSize(1);
    regular.post("/api/auth/accept", Map.of("token", token)).expect(200);
    assertThat(regular.get("/api/me").body().get("memberships")).hasSize(2);

    first.signInAs(somebody("regular@id.test", true)); // found by the address, not the identity
    assertThat(new Visitor().signIn("1", "?invitation=" + token)).isEqualTo("/join#" + token);
    assertThat(new Visitor().signIn("1", "?invitation=%22%3E%0A")).isEqualTo("/");
  }

  @Test
  void theSignedInLinkAProviderAndNobodyLosesTheLastWay() {
    TestClient owner = cast.other().client();
    first.signInAs(new Person("77", "private@id.test", false, "Ada"));
    var visitor = new Visitor();
    visitor.keep("bookbell_session", owner.token().orElseThrow());

    assertThat(link(visitor)).isEqualTo("/account");
    var elsewhere = new Visitor();
    assertThat(elsewhere.signIn("1", "")).isEqualTo("/");
    assertThat(elsewhere.client().userId()).isEqualTo(cast.other().id());

    visitor.keep("bookbell_session", cast.supporter().client().token().orElseThrow());
    assertThat(link(visitor)).isEqualTo("/account?refused=identity_taken");

    long id = owner.get("/api/identities").body().at("/items/0/id").asLong();
    server
        .database()
        .write(
            tx ->
                tx.update("UPDATE app_user SET password_hash = '' WHERE id = ?", cast.other().id()))
        .join();
    identityOfFormerProvider(cast.other().id());
    assertThat(owner.delete("/api/identities/" + id).expect(409).code()).isEqualTo("last_way_in");
    cast.supporter().client().delete("/api/identities/" + id).expect(404);
  }

  private void identityOfFormerProvider(long user) {
    server
        .database()
        .write(
            tx ->
                tx.update(
                    "INSERT INTO oidc_identity (user_id, issuer, subject, created_at) VALUES (?,"
                        + " 'https://gone.test', '1', 1)",
                    user))
        .join();
  }

  @Test
  void aProviderIsAddedToNoOtherSessionThanTheOneThatAsked() {
    first.signInAs(new Person("thief", "thief@id.test", true, "Thief"));
    var visitor = new Visitor();
    visitor.keep("bookbell_session", cast.supporter().client().token().orElseThrow());

    // Another server of the host has set a cookie that it has got with an account of its own.
    assertThat(link(visitor, cast.other().client())).isEqualTo("/account?refused=sign_in_expired");
    assertThat(visitor.client().get("/api/identities").body().get("items")).isEmpty();
  }

  @Test
  void overTlsOnlyTheCookieThatNobodyElseCanSetCounts() {
    first.signInAs(somebody("new@id.test", true));
    var reach =
        new PublicAccessConfig(
            PublicUrl.parse("https://books.test"), List.of(), List.of(), Optional.empty());
    var config =
        TestServer.config(kind.create(folder.resolve("tls")))
            .withReach(reach)
            .withProviders(List.of(first.config("1", Optional.empty())));
    try (var secure = TestServer.with(config)) {
      String start = "/api/auth/oidc/1/start";
      var begun = secure.client().send("GET", start, null, Map.of()).raw().headers();
      String cookie = begun.firstValue("Set-Cookie").orElseThrow().replaceFirst(";.*", "");
      assertThat(cookie).startsWith("__Host-bookbell_sign_in=");
      String callback =
          new Visitor()
              .next(begun.firstValue("Location").orElseThrow())
              .replace("https://books.test", "");

      for (var sent :
          Map.of(
                  cookie.replace("__Host-", ""),
                  "sign_in_expired", // from a sibling's domain
                  cookie,
                  "invitation_needed")
              .entrySet()) {
        var answer =
            secure.client().send("GET", callback, null, Map.of("Cookie", sent.getKey())).raw();
        assertThat(answer.headers().firstValue("Location"))
            .contains("https://books.test/?refused=" + sent.getValue());
      }
    }
  }

  @Test
  void aCookieThatIsNotOursIsNoPendingSignIn() {
    Instant now = Instant.now();
    String begun = PendingSignIn.toSignIn("1", now, "/account", Optional.empty()).toCookie();
    assertThat(PendingSignIn.ofCookie(begun, now)).isPresent();
    assertThat(PendingSignIn.ofCookie(begun, now.plus(PendingSignIn.LIFETIME))).isEmpty();
    String json = new String(Base64.getUrlDecoder().decode(begun), UTF_8);
    for (String other : List.of("{}", "null", "", json.replace("/account", "@evil.test/"))) {
      String cookie = Base64.getUrlEncoder().encodeToString(other.getBytes(UTF_8));
      assertThat(PendingSignIn.ofCookie(cookie, now)).as(other).isEmpty();
    }
  }

  private String link(Visitor visitor) {
    return link(visitor, visitor.client());
  }

  /** Begins with a POST of the page, whose cookie the browser keeps. */
  private String link(Visitor visitor, TestClient owner) {
    var begun = owner.send("POST", "/api/auth/oidc/1/link", null, Map.of()).expect(200);
    String cookie =
        begun.raw().headers().allValues("Set-Cookie").stream()
            .filter(each -> each.startsWith("bookbell_sign_in"))
            .findFirst()
            .orElseThrow();
    assertThat(cookie).contains("HttpOnly", "SameSite=Lax");
    HttpCookie parsed = HttpCookie.parse(cookie).getFirst();
    visitor.keep(parsed.getName(), parsed.getValue());
    return visitor.finish(begun.body().get("url").asText());
  }

  @Test
  void anAnswerIsOfUseOnceAndOnlyInTheBrowserThatAsked() {
    first.signInAs(somebody(cast.supporter().email(), true));
    var visitor = new Visitor();
    String start = server.url() + "/api/auth/oidc/1/start";
    String callback = visitor.next(visitor.next(start));

    assertThat(new Visitor().next(callback)).endsWith("/?refused=sign_in_expired");
    var another = new Visitor();
    another.next(start); // has a cookie of its own
    assertThat(another.next(callback)).endsWith("/?refused=sign_in_expired");
    String signIn = visitor.cookie("bookbell_sign_in");
    assertThat(visitor.next(callback)).isEqualTo(server.url() + "/");
    assertThat(visitor.next(callback)).endsWith("/?refused=sign_in_expired");
    visitor.keep("bookbell_sign_in", signIn);
    assertThat(visitor.next(callback)).endsWith("/?refused=provider_refused"); // the code is used
    visitor.keep("bookbell_sign_in", signIn);
    assertThat(visitor.next(callback.replace("/oidc/1/", "/oidc/2/")))
        .endsWith("/?refused=sign_in_expired");
    assertThat(visitor.get(start + "?return=//evil.test/").statusCode()).isEqualTo(400);
    assertThat(visitor.get(server.url() + "/api/auth/oidc/9/start").statusCode()).isEqualTo(404);
  }

  @Test
  void tokensThatAreNotValidSignNobodyIn() {
    first.signInAs(somebody(cast.supporter().email(), true));
    for (Mood mood : Mood.values()) {
      first.is(mood);
      assertThat(new Visitor().signIn("1", ""))
          .as("%s", mood)
          .isEqualTo(mood == Mood.WELL ? "/" : "/?refused=provider_refused");
    }
    second.close();
    assertThat(new Visitor().next(server.url() + "/api/auth/oidc/2/start"))
        .endsWith("/?refused=provider_unavailable");
  }

  /** On PostgreSQL, a sign-in waits for the lock of an account that somebody else is changing. */
  @Test
  void whatASignInHasFoundCountsOnlyIfItIsTrueUnderTheLock() throws Exception {
    assumeThat(storage).isInstanceOf(PostgresConfig.class);
    String address = cast.supporter().email();
    String changed = "/?refused=sign_in_expired";

    first.signInAs(somebody(address, true));
    assertThat(
            signInDuring("UPDATE app_user SET email = 'new@owner.test' WHERE email = ?", address))
        .as("the address belongs to somebody else")
        .isEqualTo(changed);
    assertThat(identities()).isZero();

    restoreAddress(address);
    assertThat(new Visitor().signIn("1", "")).isEqualTo("/");
    assertThat(signInDuring("DELETE FROM oidc_identity WHERE email = ?", address))
        .as("the identity was removed")
        .isEqualTo(changed);
    assertThat(
            signInDuring(
                "UPDATE app_user SET removed_at = 1, email = 'removed' WHERE email = ?", address))
        .as("the account was removed")
        .isEqualTo(changed);
  }

  @Test
  void theSecondOfTwoFirstSignInsOfANewcomerFindsTheAccountOfTheFirst() throws Exception {
    assumeThat(storage).isInstanceOf(PostgresConfig.class);
    String address = "zoe@new.example";
    second.signInAs(somebody(address, true));
    var visitor = new Visitor();
    String page =
        during(
            "INSERT INTO app_user (email, display_name, password_hash, created_at)"
                + " VALUES (?, 'Zoe', '', 1)",
            address,
            () -> visitor.signIn("2", ""));

    assertThat(page).isEqualTo("/");
    assertThat(visitor.client().get("/api/me").expect(200).body().at("/user/email").asText())
        .isEqualTo(address);
  }

  private String signInDuring(String change, String email) throws Exception {
    return during(change, email, () -> new Visitor().signIn("1", ""));
  }

  /** Signs in while a change, with its lock on the account, isn't committed yet. */
  private String during(String change, String email, Supplier<String> signIn) throws Exception {
    var postgres = (PostgresConfig) storage;
    try (var other =
        DriverManager.getConnection(postgres.url(), postgres.user(), postgres.password())) {
      other.setAutoCommit(false);
      try (var lock =
              other.prepareStatement("SELECT id FROM app_user WHERE email = ? FOR NO KEY UPDATE");
          var statement = other.prepareStatement(change)) {
        lock.setString(1, email);
        lock.execute();
        statement.setString(1, email);
        assertThat(statement.executeUpdate()).isEqualTo(1);
        var page = CompletableFuture.supplyAsync(signIn);
        await().until(() -> page.isDone() || somebodyWaits());
        other.commit();
        return page.join();
      }
    }
  }

  private boolean somebodyWaits() {
    return server
        .database()
        .read(
            tx ->
                tx.query(
                        "SELECT 1 FROM pg_stat_activity"
                            + " WHERE wait_event_type = 'Lock' AND datname = current_database()")
                    .exists())
        .join();
  }

  private int identities() {
    return server
        .database()
        .read(
            tx ->
                tx.query("SELECT count(*) AS amount FROM oidc_identity")
                    .single(row -> row.getInt("amount")))
        .join();
  }

  private void restoreAddress(String email) {
    server
        .database()
        .write(
            tx ->
                tx.update(
                    "UPDATE app_user SET email = ? WHERE id = ?", email, cast.supporter().id()))
        .join();
  }

  @Test
  void aDisabledAccountIsRefusedByEveryWay() {
    first.signInAs(somebody(cast.supporter().email(), true));
    new Visitor().signIn("1", "");
    server
        .database()
        .write(
            tx ->
                tx.update(
                    "UPDATE app_user SET disabled_at = 1 WHERE id = ?", cast.supporter().id()))
        .join();

    assertThat(new Visitor().signIn("1", "")).isEqualTo("/?refused=account_disabled");
    String body =
        Json.writeAsString(
            Map.of("email", cast.supporter().email(), "password", TestServer.PASSWORD));
    assertThat(server.client().post("/api/auth/login", body).expect(403).code())
        .isEqualTo("account_disabled");
    cast.supporter().client().get("/api/me").expect(401);
  }
}
