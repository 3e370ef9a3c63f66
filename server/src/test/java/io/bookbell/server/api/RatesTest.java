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
import io.bookbell.server.canned.CannedRoutes;
import io.bookbell.server.config.Config;
import io.bookbell.server.config.Config.Connections;
import io.bookbell.server.live.SocketRoute;
import io.bookbell.server.request.RequestRoutes;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Problem;
import io.bookbell.server.web.Rate;
import io.bookbell.server.web.Rates;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody may call anything as often as they like. */
class RatesTest {
  /** {@link Api} gives each route a rate, and only what serves no data goes past it. */
  @Test
  void aRouteOfTheApiIsRegisteredWithARate() throws Exception {
    Vertx vertx = Vertx.vertx();
    Router router = Router.router(vertx);
    Api api = new Api(router, null, null, null, null, null);
    RequestRoutes.add(api, null, null);
    CannedRoutes.add(api, null);
    ActivityRoutes.add(api, null, null);
    api.openPost("/open", null);
    api.put("/put", Rate.UPLOAD, null, null);
    api.getElsewhere("/elsewhere", Rate.SEARCH, null, null);
    new SocketRoute(null, null, null, null, null).add(router);
    vertx.close().await(10, TimeUnit.SECONDS);

    assertThat(router.getRoutes())
        .isNotEmpty()
        .allSatisfy(
            (Route route) ->
                assertThat(route.metadata())
                    .as("%s %s", route.methods(), route.getPath())
                    .containsKey(Api.RATE));
    noClasses()
        .that(
            resideInAnyPackage(
                    "io.bookbell.server.web",
                    "io.bookbell.server.monitoring",
                    "io.bookbell.server.live")
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
    Config config = TestServer.config(TestDatabase.SQLITE.create(folder));
    try (var server =
        TestServer.with(
            config.withConnections(new Connections(20, Duration.ofSeconds(4), false, true)))) {
      Cast cast = server.cast();
      var supporter = cast.supporter().client();
      String request = "/api/book-requests/" + cast.supporter().ask(cast.creator(), "Emma");
      String csv = "/api/book-requests.csv?creator_id=" + cast.creator().id();

      limited(Rate.REPLY, () -> supporter.post(request + "/reply", Map.of("body", "Hi")));
      limited(Rate.EXPORT, () -> cast.creator().client().get(csv));
      supporter.get(request).expect(200);
      cast.team().client().post(request + "/reply", Map.of("body", "Hi")).expect(201);
    }
  }

  @Test
  void everyKindOfCallIsCountedByUserAndMinute() {
    var now = new AtomicReference<>(Instant.EPOCH);
    Rates rates = Rates.limited(now::get);
    UserId user = new UserId(1);
    for (Rate rate : Rate.values()) {
      for (int call = 0; call < rate.perMinute(); call++) {
        rates.count(rate, user);
      }
      assertThatThrownBy(() -> rates.count(rate, user)).isInstanceOf(Problem.class);
      rates.count(rate, new UserId(2));
    }
    now.set(Instant.EPOCH.plusSeconds(60));
    rates.count(Rate.REPLY, user);
    Rates.unlimited().count(Rate.REPLY, user);
  }

  /** A minute may turn meanwhile, and the count with it. */
  private static void limited(Rate rate, Supplier<Reply> call) {
    Reply last = call.get();
    for (int i = 0; i < 2 * rate.perMinute() && last.status() != 429; i++) {
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
