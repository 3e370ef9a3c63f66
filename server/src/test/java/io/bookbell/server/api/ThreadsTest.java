package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A request contains its newest replies; its whole thread is paged. */
class ThreadsTest {
  private static final String REQUESTS = "/api/book-requests";

  @ParameterizedTest
  @EnumSource
  void messagesAndListsHaveTheNewestThreeAndTheirNumber(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    long id = cast.supporter().ask(cast.creator(), "Middlemarch");
    String request = REQUESTS + "/" + id;
    try (var socket = cast.supporter().client().connect(cast.supporter().id())) {
      socket.await("initial_data");
      for (int number = 1; number <= 60; number++) {
        var by = number % 2 == 0 ? cast.team() : cast.supporter();
        by.client().post(request + "/reply", Map.of("body", "Word " + number)).expect(201);
      }
      JsonNode last =
          socket
              .await(
                  "the last reply",
                  message -> message.at("/book_request/reply_count").asInt() == 60)
              .get("book_request");
      assertThat(words(last.get("replies"))).containsExactly("Word 58", "Word 59", "Word 60");
      assertThat(socket.messages())
          .filteredOn(message -> message.path("action").asText().equals("reply_added"))
          .allMatch(message -> message.at("/book_request/replies").size() <= 3);
    }
    JsonNode listed =
        cast.team()
            .client()
            .get(REQUESTS + "?creator_id=" + cast.creator().id())
            .expect(200)
            .body()
            .at("/items/0");
    assertThat(words(listed.get("replies"))).containsExactly("Word 58", "Word 59", "Word 60");
    assertThat(listed.get("reply_count").asInt()).isEqualTo(60);
    try (var socket = cast.team().client().connect(cast.team().id())) {
      JsonNode first = socket.await("initial_data").at("/book_requests/0");
      assertThat(first.get("replies")).hasSize(3);
      assertThat(first.get("reply_count").asInt()).isEqualTo(60);
    }
    JsonNode alone = cast.supporter().client().get(request).expect(200).body();
    assertThat(words(alone.get("replies")))
        .isEqualTo(IntStream.rangeClosed(11, 60).mapToObj(number -> "Word " + number).toList());
    assertThat(alone.get("reply_count").asInt()).isEqualTo(60);
  }

  @ParameterizedTest
  @EnumSource
  void aThreadIsReadInPagesByWhoMaySeeTheRequest(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    String request = REQUESTS + "/" + cast.supporter().ask(cast.creator(), "Emma");
    for (int number = 1; number <= 7; number++) {
      cast.team().client().post(request + "/reply", Map.of("body", "Word " + number)).expect(201);
    }
    for (var reader : List.of(cast.supporter(), cast.team(), cast.creator())) {
      var words = new ArrayList<String>();
      String cursor = "";
      while (cursor != null) {
        JsonNode page =
            reader.client().get(request + "/replies?limit=3" + cursor).expect(200).body();
        words.addAll(words(page.get("items")));
        cursor =
            page.get("next_cursor").isNull() ? null : "&cursor=" + page.get("next_cursor").asText();
      }
      assertThat(words)
          .containsExactly("Word 7", "Word 6", "Word 5", "Word 4", "Word 3", "Word 2", "Word 1");
    }
    cast.other().client().get(request + "/replies").expect(404);
    cast.stranger().client().get(request + "/replies").expect(404);
    TestServer.shared(database).client().get(request + "/replies").expect(401);
  }

  @ParameterizedTest
  @EnumSource
  void aCursorIsGoodForTheListItCameFrom(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    var team = cast.team().client();
    String of = "creator_id=" + cast.creator().id();
    String one = REQUESTS + "/" + cast.supporter().ask(cast.creator(), "Emma");
    String two = REQUESTS + "/" + cast.supporter().ask(cast.creator(), "Persuasion");
    for (String request : List.of(one, two)) {
      for (int number = 0; number < 3; number++) {
        team.post(request + "/reply", Map.of("body", "Word " + number)).expect(201);
      }
    }
    var lists =
        List.of(
            REQUESTS + "?" + of,
            REQUESTS + "?" + of + "&sort=oldest",
            REQUESTS + "?" + of + "&sort=updated",
            REQUESTS + "?" + of + "&status=pending",
            REQUESTS + "?" + of + "&user_id=" + cast.supporter().id(),
            one + "/replies",
            two + "/replies",
            "/api/supporters?" + of,
            "/api/activity?" + of,
            "/api/activity?" + of + "&kind=reply_added");
    for (String from : lists) {
      String cursor = team.get(part(from, "")).expect(200).body().get("next_cursor").asText();
      for (String to : lists) {
        var answer = team.get(part(to, "&cursor=" + cursor));
        assertThat(answer.status())
            .as("the cursor of %s in %s", from, to)
            .isEqualTo(to.equals(from) ? 200 : 400);
      }
    }
  }

  private static String part(String list, String cursor) {
    return list + (list.contains("?") ? "&" : "?") + "limit=1" + cursor;
  }

  private static List<String> words(JsonNode replies) {
    var words = new ArrayList<String>();
    replies.forEach(reply -> words.add(reply.get("body").asText()));
    return words;
  }
}
