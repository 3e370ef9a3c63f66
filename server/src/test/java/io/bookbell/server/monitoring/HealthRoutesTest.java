package io.bookbell.server.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfig.ListenConfig;
import io.bookbell.server.support.FreePort;
import io.bookbell.server.support.RawSocket;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Health checks and metrics. */
class HealthRoutesTest {

  @ParameterizedTest
  @EnumSource
  void aHealthyServerReportsReady(TestDatabase database) {
    TestClient anybody = TestServer.shared(database).client();

    assertThat(anybody.get("/health/live").expect(200).body().get("status").asText())
        .isEqualTo("up");
    assertThat(anybody.get("/health/ready").expect(200).body().at("/checks/database").asText())
        .isEqualTo("up");
  }

  @Test
  void metricsCountConnectionsAndNameRoutes() {
    var server = TestServer.shared(TestDatabase.SQLITE);
    Cast cast = server.cast();
    try (var socket = cast.supporter().client().connect(cast.supporter().id())) {
      socket.await("initial_data");
      cast.supporter().client().get("/api/book-requests/999999999").expect(404);
      String metrics = server.client().get("/metrics").expect(200).raw().body();

      assertThat(metrics)
          .containsPattern("(?m)^bookbell_connections [1-9]")
          .contains("route=\"/api/book-requests/:id\"")
          .doesNotContain("/999999999");
    }
  }

  @Test
  void metricsMeasureBroadcastsAndCountTheCacheAndReplays(@TempDir Path folder) {
    try (TestServer server = TestServer.empty(TestDatabase.SQLITE, folder)) {
      Cast cast = server.cast();
      try (var socket = cast.creator().client().connect(cast.creator().id())) {
        socket.await("initial_data");
        cast.supporter().ask(cast.creator(), "Emma");
        cast.supporter().ask(cast.creator(), "Persuasion");
        socket.await("Persuasion", message -> message.toString().contains("Persuasion"));
      }
      try (var again = cast.creator().client().connect(cast.creator().id(), "0")) {
        again.await("Persuasion", message -> message.toString().contains("Persuasion"));
        String metrics = server.client().get("/metrics").expect(200).raw().body();

        assertThat(metrics)
            .containsPattern("(?m)^bookbell_broadcast_latency_seconds_bucket\\{le=\"5.0\"} 2$")
            .containsPattern("(?m)^bookbell_broadcast_latency_seconds_count 2$")
            .containsPattern("(?m)^bookbell_admin_cache_hits_total 1.0$")
            .containsPattern("(?m)^bookbell_admin_cache_misses_total 1.0$")
            .containsPattern("(?m)^bookbell_messages_replayed_total [1-9]");
      }
    }
  }

  @Test
  void metricsMayHaveAPortOfTheirOwn(@TempDir Path folder) throws IOException {
    ServerConfig usual = TestServer.config(TestDatabase.SQLITE.create(folder));
    int port = FreePort.next();
    var listenConfig = new ListenConfig("127.0.0.1", 0, Optional.of(port));
    var serverConfig = usual.withListen(listenConfig);
    try (var server = TestServer.with(serverConfig)) {
      String metrics =
          TestClient.at("http://127.0.0.1:" + port).get("/metrics").expect(200).raw().body();
      assertThat(metrics).contains("bookbell_connections");
      assertThat(pageOrNothing(server)).doesNotContain("bookbell_connections");
    }
  }

  private static String pageOrNothing(TestServer server) {
    try (var socket = RawSocket.to(server.url())) {
      return socket.request("GET /metrics HTTP/1.1\nHost: localhost").answer().text();
    }
  }
}
