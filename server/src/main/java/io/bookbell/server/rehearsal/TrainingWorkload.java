package io.bookbell.server.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The workload of the training run: what most users do on most days, a few times over, on a server
 * with the demo data.
 */
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

  public static void runRehearsal(int port, String password) throws IOException {
    var creator = new TrainingClient(port);
    var reader = new TrainingClient(port);
    creator.signIn("creator@demo.test", password);
    reader.signIn("reader1@demo.test", password);
    long creatorId = userIdOf(creator);
    for (int round = 0; round < ROUNDS; round++) {
      visitPages(reader, creatorId);
      runRequestCycle(reader, creator, creatorId);
    }
  }

  private static long userIdOf(TrainingClient trainingClient) throws IOException {
    return trainingClient.getJson("/api/me").required("user").required("id").asLong();
  }

  private static void visitPages(TrainingClient trainingClient, long creator) throws IOException {
    for (String path : LOOKS) {
      trainingClient.fetchRaw(path);
    }
    for (String path : QUESTIONS) {
      trainingClient.getJson(path.formatted(creator));
    }
  }

  /**
   * Creates a request, which is answered and then rejected. The rejection refunds it, so the next
   * round can create another one.
   */
  private static void runRequestCycle(TrainingClient reader, TrainingClient creator, long creatorId)
      throws IOException {
    try (var atReader = reader.openWebSocket(userIdOf(reader));
        var atCreator = creator.openWebSocket(creatorId)) {
      atReader.awaitText("initial_data");
      atCreator.awaitText("initial_data");
      JsonNode request =
          reader.postJson(
              "/api/book-requests",
              Map.of("creator_id", creatorId, "title", "Rehearsal", "author", "Nobody"));
      String path = "/api/book-requests/" + request.required("id").asText();
      atCreator.awaitText("pending_count_update");
      creator.postJson(path + "/reply", Map.of("body", "One moment"));
      creator.postJson(path + "/respond", Map.of("status", "rejected", "response", "Not this one"));
      atReader.awaitText("rejected");
      atReader.sendText("{\"type\":\"ack\",\"seq\":1}");
      atReader.sendText("ping");
      atReader.awaitText("pong");
    }
  }
}
