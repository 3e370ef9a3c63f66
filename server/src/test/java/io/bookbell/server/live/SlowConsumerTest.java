package io.bookbell.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.RawSocket;
import io.bookbell.server.support.RawSocket.Frame;
import io.bookbell.server.support.TestDatabase;
import java.util.Map;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A slow consumer is closed, delays nobody else and loses nothing. */
class SlowConsumerTest {
  private final TestServer server = TestServer.shared(TestDatabase.SQLITE);

  @Test
  void whoDoesNotReadIsClosedWith4408AndComesBackWithoutLoss() throws Exception {
    Cast cast = server.cast();
    long id = cast.supporter().ask(cast.creator(), "Long");
    String reply = "/api/book-requests/" + id + "/reply";
    String own = "user_id=" + cast.team().id();
    String bearer = "Authorization: Bearer " + cast.team().client().token().orElseThrow();
    try (var slow = RawSocket.narrow(server.url());
        var quick = cast.supporter().client().connect(cast.supporter().id())) {
      slow.upgrade(own, bearer);
      long start = Json.readTree(slow.next(RawSocket.TEXT).text()).get("seq").asLong();
      quick.await("initial_data");
      double before = slowCloses();
      long sent = 0;
      while (slowCloses() == before && sent < 400) {
        sent++;
        cast.supporter().client().post(reply, Map.of("body", "x".repeat(4000))).expect(201);
      }
      assertThat(slowCloses()).as("after %s replies", sent).isGreaterThan(before);
      long all = sent;
      Awaitility.await().until(() -> quick.numbers().size() == all);

      long seen = start;
      Frame frame = slow.frame();
      while (frame.kind() == RawSocket.TEXT) {
        assertThat(Json.readTree(frame.text()).get("seq").asLong()).isEqualTo(++seen);
        frame = slow.frame();
      }
      assertThat(frame.closeCode()).isEqualTo(4408);
      long head = head(cast);
      assertThat(seen).isLessThan(head);
      try (var again = cast.team().client().connect(cast.team().id(), "" + seen)) {
        again.await("resumed");
        again.await("creator_update");
        assertThat(again.numbers())
            .containsExactlyElementsOf(LongStream.rangeClosed(seen + 1, head).boxed().toList());
      }
    }
  }

  private static long head(Cast cast) {
    try (var socket = cast.team().client().connect(cast.team().id())) {
      return socket.await("initial_data").get("seq").asLong();
    }
  }

  private double slowCloses() {
    return server
        .client()
        .get("/metrics")
        .raw()
        .body()
        .lines()
        .filter(line -> line.startsWith("bookbell_closes_slow_total "))
        .mapToDouble(line -> Double.parseDouble(line.replaceFirst(".* ", "")))
        .sum();
  }
}
