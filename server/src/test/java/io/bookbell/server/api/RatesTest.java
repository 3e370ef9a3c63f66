package io.bookbell.server.api;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.activity.ActivityRoutes;
import io.bookbell.server.canned.CannedRoutes;
import io.bookbell.server.live.SocketRoute;
import io.bookbell.server.request.RequestRoutes;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Rate;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Nobody may call anything as often as they like. */
class RatesTest {
  /** {@link Api} gives each route a rate, and only what serves no data goes past it. */
  @Test
  void aRouteOfTheApiIsRegisteredWithARate() throws Exception {
    Vertx vertx = Vertx.vertx();
    Router router = Router.router(vertx);
    Api api = new Api(router, null, null, null, null);
    RequestRoutes.add(api, null, null);
    CannedRoutes.add(api, null);
    ActivityRoutes.add(api, null, null);
    api.openPost("/open", null);
    api.put("/put", Rate.UPLOAD, null, null);
    api.getElsewhere("/elsewhere", Rate.SEARCH, null, null);
    new SocketRoute(null, null, null, null).add(router);
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
  void tooManyCallsAreRefusedWithTheTimeToWait() {
    Cast cast = TestServer.shared(TestDatabase.SQLITE).cast();
    var supporter = cast.supporter().client();
    var creator = cast.creator().client();
    String request = "/api/book-requests/" + cast.supporter().ask(cast.creator(), "Emma");
    String csv = "/api/book-requests.csv?creator_id=" + cast.creator().id();

    limited(Rate.REPLY, () -> supporter.post(request + "/reply", Map.of("body", "Hi")));
    limited(Rate.TICKET, () -> supporter.post("/api/ws-ticket", Map.of()));
    limited(Rate.FOLLOW, () -> supporter.post(request + "/follow", Map.of()));
    limited(Rate.EXPORT, () -> creator.get(csv));
    limited(Rate.WRITE, () -> creator.delete("/api/canned-responses/1"));
    supporter.get(request).expect(200);
    cast.other().client().post("/api/ws-ticket", Map.of()).expect(201);
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
