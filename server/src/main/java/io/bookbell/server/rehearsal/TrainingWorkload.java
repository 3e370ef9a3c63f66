package io.bookbell.server.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What most visitors do on most days, a few times over, at a server with the demonstration. */
public final class TrainingWorkload {
  private static final int ROUNDS = 12;
  private static final List<String> LOOKS =
      List.of("/", "/app/bookbell-app.js", "/style/base.css", "/health/ready", "/metrics");
  private static final List<String> QUESTIONS =
      List.of(
          "/api/me",
          "/api/book-requests?limit=50",
          "/api/book-requests/quota?creator_id=%d",
          "/api/creators/%d",
          "/api/notifications");

  private TrainingWorkload() {}

  public static void play(int port, String password) throws IOException {
    var creator = new TrainingClient(port);
    var reader = new TrainingClient(port);
    creator.signIn("creator@demo.test", password);
    reader.signIn("reader1@demo.test", password);
    long creatorId = id(creator);
    for (int round = 0; round < ROUNDS; round++) {
      look(reader, creatorId);
      ask(reader, creator, creatorId);
    }
  }

  private static long id(TrainingClient trainingClient) throws IOException {
    return trainingClient.get("/api/me").required("user").required("id").asLong();
  }

  private static void look(TrainingClient trainingClient, long creator) throws IOException {
    for (String path : LOOKS) {
      trainingClient.look(path);
    }
    for (String path : QUESTIONS) {
      trainingClient.get(path.formatted(creator));
    }
  }

  /** The rejection gives the request back, so that the next round can ask again. */
  private static void ask(TrainingClient reader, TrainingClient creator, long creatorId)
      throws IOException {
    try (var atReader = reader.listen(id(reader));
        var atCreator = creator.listen(creatorId)) {
      atReader.await("initial_data");
      atCreator.await("initial_data");
      JsonNode request =
          reader.post(
              "/api/book-requests",
              Map.of("creator_id", creatorId, "title", "Rehearsal", "author", "Nobody"));
      String path = "/api/book-requests/" + request.required("id").asText();
      atCreator.await("pending_count_update");
      creator.post(path + "/reply", Map.of("body", "One moment"));
      creator.post(path + "/respond", Map.of("status", "rejected", "response", "Not this one"));
      atReader.await("rejected");
      atReader.say("{\"type\":\"ack\",\"seq\":1}");
      atReader.say("ping");
      atReader.await("pong");
    }
  }
}
