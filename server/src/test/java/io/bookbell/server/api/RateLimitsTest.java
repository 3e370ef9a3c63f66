package io.bookbell.server.api;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.activity.ActivityRoutes;
import io.bookbell.server.canned.CannedResponseRoutes;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfig.ConnectionConfig;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.KeyGrant;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.http.RateLimits;
import io.bookbell.server.live.EventStreamRoutes;
import io.bookbell.server.live.MessageRoutes;
import io.bookbell.server.live.WebSocketRoutes;
import io.bookbell.server.request.RequestRoutes;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All calls are rate-limited. */
class RateLimitsTest {
  /** {@link ApiRouter} gives each route a rate limit; only routes that serve no data bypass it. */
  @Test
  void aRouteOfTheApiIsRegisteredWithARate() throws Exception {
    Vertx vertx = Vertx.vertx();
    Router router = Router.router(vertx);
    ApiRouter apiRouter = new ApiRouter(router, null, null, null, null, null, null);
    RequestRoutes.addRoutes(apiRouter, null, null);
    CannedResponseRoutes.addRoutes(apiRouter, null);
    ActivityRoutes.addRoutes(apiRouter, null, null);
    apiRouter.postOpen("/open", null);
    apiRouter.put("/put", RateLimit.UPLOAD, null, null);
    apiRouter.addAsync(HttpMethod.GET, "/elsewhere", RateLimit.SEARCH, null, null);
    new WebSocketRoutes(null, null).addRoutes(router);
    new EventStreamRoutes(null, null).addRoutes(router);
    new MessageRoutes(null, null, null, null).addRoutes(apiRouter);
    vertx.close().await(10, TimeUnit.SECONDS);

    assertThat(router.getRoutes())
        .isNotEmpty()
        .allSatisfy(
            (Route route) ->
                assertThat(route.metadata())
                    .as("%s %s", route.methods(), route.getPath())
                    .containsKey(ApiRouter.RATE));
    noClasses()
        .that(
            resideInAnyPackage(
                    "io.bookbell.server.http",
                    "io.bookbell.server.monitoring",
                    "io.bookbell.server.live",
                    "io.bookbell.server.site")
                .negate())
        .should()
        .dependOnClassesThat(assignableTo(Route.class))
        .because("Api gives every route a rate")
        .check(
            new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.bookbell.server"));
  }

  @Test
  void tooManyCallsAreRefusedWithTheTimeToWait(@TempDir Path folder) {
    ServerConfig serverConfig = TestServer.config(TestDatabase.SQLITE.create(folder));
    try (var server =
        TestServer.with(
            serverConfig.withConnections(
                new ConnectionConfig(20, Duration.ofSeconds(4), false, true)))) {
      Cast cast = server.cast();
      var supporter = cast.supporter().client();
      String request = "/api/book-requests/" + cast.supporter().ask(cast.creator(), "Emma");
      String csv = "/api/book-requests.csv?creator_id=" + cast.creator().id();

      limited(RateLimit.REPLY, () -> supporter.post(request + "/reply", Map.of("body", "Hi")));
      limited(RateLimit.EXPORT, () -> cast.creator().client().get(csv));
      supporter.get(request).expect(200);
      TestClient key = server.withKey(cast.supporter().id(), KeyScope.WRITE);
      limited(RateLimit.REPLY, () -> key.post(request + "/reply", Map.of("body", "Hi")));
      server
          .withKey(cast.supporter().id(), KeyScope.WRITE)
          .post(request + "/reply", Map.of("body", "Hi"))
          .expect(201);
      cast.team().client().post(request + "/reply", Map.of("body", "Hi")).expect(201);
    }
  }

  @Test
  void invalidKeysAreLimitedByAddressAndValidKeysAreNot(@TempDir Path folder) {
    ServerConfig serverConfig = TestServer.config(TestDatabase.SQLITE.create(folder));
    try (var server =
        TestServer.with(
            serverConfig.withConnections(
                new ConnectionConfig(20, Duration.ofSeconds(4), false, true)))) {
      long user = server.cast().supporter().id();
      TestClient known = server.withKey(user, KeyScope.READ);
      TestClient revoked = server.withKey(user, KeyScope.READ);
      known.get("/api/me").expect(200);
      revoke(server, revoked);

      limited(RateLimit.WRONG_KEY, () -> revoked.get("/api/me"));
      limited(RateLimit.WRONG_KEY, () -> withToken(server, "bbk_typo").get("/api/me"));
      known.get("/api/me").expect(200);
      server.withKey(user, KeyScope.READ).get("/api/me").expect(200);
      TestClient writer = server.withKey(user, KeyScope.WRITE);
      writer.get("/api/book-requests.csv?creator_id=1").expect(403);
      limited(RateLimit.EXPORT, () -> writer.get("/api/book-requests.csv?creator_id=1"));
      withToken(server, server.signInAgain(new UserId(user), 1)).get("/api/me").expect(200);
    }
  }

  private static void revoke(TestServer server, TestClient key) {
    String start = key.token().orElseThrow().substring(0, 8);
    server
        .database()
        .write(tx -> tx.update("DELETE FROM api_key WHERE key_start = ?", start))
        .join();
  }

  private static TestClient withToken(TestServer server, String token) {
    return new TestClient(server.url(), Optional.of(token));
  }

  @Test
  void everyKindOfCallIsCountedByUserAndMinute() {
    var now = new AtomicReference<>(Instant.EPOCH);
    RateLimits rateLimits = RateLimits.withLimits(now::get);
    var user = new Caller(new UserId(1), "its session", false);
    for (RateLimit rateLimit : RateLimit.values()) {
      for (int call = 0; call < rateLimit.perMinute(); call++) {
        rateLimits.countCall(rateLimit, user);
      }
      assertThatThrownBy(() -> rateLimits.countCall(rateLimit, user)).isInstanceOf(Problem.class);
      rateLimits.countCall(rateLimit, new Caller(new UserId(2), "its session", false));
    }
    now.set(Instant.EPOCH.plusSeconds(60));
    rateLimits.countCall(RateLimit.REPLY, user);
    RateLimits.withoutLimits().countCall(RateLimit.REPLY, user);
  }

  @Test
  void allKeysOfAUserTogetherMayDoTwiceWhatOneMay() {
    RateLimits rateLimits = RateLimits.withLimits(() -> Instant.EPOCH);
    for (String key : List.of("one", "two")) {
      for (int call = 0; call < RateLimit.REPLY.perMinute(); call++) {
        rateLimits.countCall(RateLimit.REPLY, keyOf(1, key));
      }
    }
    assertThatThrownBy(() -> rateLimits.countCall(RateLimit.REPLY, keyOf(1, "three")))
        .isInstanceOf(Problem.class);
    rateLimits.countCall(RateLimit.REPLY, keyOf(2, "of somebody else"));
    rateLimits.countCall(RateLimit.REPLY, new Caller(new UserId(1), "a session", false));
  }

  private static Caller keyOf(long user, String hash) {
    var keyGrant = new KeyGrant(Set.of(KeyScope.WRITE), Optional.empty());
    return new Caller(new UserId(user), hash, false, Optional.of(keyGrant));
  }

  /**
   * Calls until the limit is reached. The counter may be reset meanwhile, when a new minute starts.
   */
  private static void limited(RateLimit rateLimit, Supplier<Reply> call) {
    Reply last = call.get();
    for (int i = 0; i < 2 * rateLimit.perMinute() && last.status() != 429; i++) {
      last = call.get();
    }
    last.expect(429);
    assertThat(last.code()).isEqualTo("rate_limited");
    String seconds = last.raw().headers().firstValue("Retry-After").orElseThrow();
    assertThat(Integer.parseInt(seconds)).isBetween(1, 61);
    assertThat(last.body().get("detail").asText())
        .isEqualTo(
            "Too many requests. Try again in "
                + seconds
                + (seconds.equals("1") ? " second." : " seconds."));
  }
}
