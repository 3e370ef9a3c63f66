package io.bookbell.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Resuming from a position. */
class ResumeTest {

  @ParameterizedTest
  @EnumSource
  void everythingMissedFollowsThenTheCreatorsThenWhatIsNew(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    JsonNode start = start(cast);
    long from = start.get("seq").asLong();
    long id = cast.supporter().ask(cast.creator(), "Missed");
    for (String since : List.of("" + from, start.get("epoch").asText() + ":" + from)) {
      try (var socket = connect(cast, since)) {
        JsonNode resumed = socket.await("resumed");
        JsonNode state = socket.await("creator_update");
        long head = resumed.get("seq").asLong();

        assertThat(socket.numbers())
            .containsExactlyElementsOf(LongStream.rangeClosed(from + 1, head).boxed().toList());
        assertThat(socket.messages().getFirst()).isEqualTo(resumed);
        assertThat(socket.messages().getLast()).isEqualTo(state);
        String reply = "/api/book-requests/" + id + "/reply";
        cast.team().client().post(reply, Map.of("body", "New")).expect(201);
        Awaitility.await().until(() -> socket.numbers().contains(head + 2));
        assertThat(socket.numbers()).isSorted().doesNotHaveDuplicates();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatMissedNothingGetsNoMessageAgain(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    long at = start(cast).get("seq").asLong();
    try (var socket = connect(cast, "" + at)) {
      socket.await("creator_update");
      assertThat(socket.messages()).hasSize(2);
      assertThat(socket.messages().getFirst().get("seq").asLong()).isEqualTo(at);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPositionOfNoUseGetsEverythingAnew(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    JsonNode start = start(cast);
    long at = start.get("seq").asLong();
    String epoch = start.get("epoch").asText();
    for (String since : List.of("" + (at + 1), "another:" + at, epoch + ":" + (at + 1))) {
      try (var socket = connect(cast, since)) {
        assertThat(socket.await("initial_data").get("seq").asLong()).as(since).isEqualTo(at);
        assertThat(socket.messages()).hasSize(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "SQLITE")
  void whoMissedMoreThanAThousandGetsEverythingAnew(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    long at = start(cast).get("seq").asLong();
    var threads =
        Stream.of("Long", "Longer", "Longest")
            .map(title -> "/api/book-requests/" + cast.supporter().ask(cast.creator(), title))
            .map(request -> request + "/reply")
            .toList();
    String reply = threads.getFirst();
    for (int missed = 6; missed < 1000; missed++) {
      cast.supporter()
          .client()
          .post(threads.get(missed % 3), Map.of("body", "Word " + missed))
          .expect(201);
    }
    try (var socket = connect(cast, "" + at)) {
      assertThat(socket.await("resumed").get("seq").asLong()).isEqualTo(at + 1000);
      socket.await("creator_update");
      assertThat(socket.numbers()).hasSize(1000);
    }
    cast.supporter().client().post(reply, Map.of("body", "One more")).expect(201);
    try (var socket = connect(cast, "" + at)) {
      assertThat(socket.await("initial_data").get("seq").asLong()).isEqualTo(at + 1001);
    }
  }

  private static JsonNode start(Cast cast) {
    try (var socket = cast.supporter().client().connect(cast.supporter().id())) {
      return socket.await("initial_data");
    }
  }

  private static TestSocket connect(Cast cast, String since) {
    return cast.supporter().client().connect(cast.supporter().id(), since);
  }
}
