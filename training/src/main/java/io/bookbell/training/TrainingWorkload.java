package io.bookbell.training;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What most users do on most days, some hundred times over, on a server with the demo data. For one
 * thread.
 */
final class TrainingWorkload implements AutoCloseable {
  private static final String PASSWORD = "demo"; // of everybody in the demo data
  private static final int REQUESTS = 300;
  private static final int REQUESTS_OF_A_VISIT = 10;
  private static final Duration MAX_DURATION = Duration.ofSeconds(10);

  private static final List<String> FILES =
      List.of("/", "/app/bookbell-app.js", "/style/base.css", "/health/ready", "/metrics");
  private static final List<String> LISTS =
      List.of(
          "/api/me",
          "/api/book-requests?limit=50",
          "/api/book-requests?creator_id=%d&sort=updated&q=book&limit=50",
          "/api/book-requests/quota?creator_id=%d",
          "/api/book-requests/asked?creator_id=%d",
          "/api/creators/%d",
          "/api/notifications?limit=30");

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final TrainingClient creator;
  private final List<TrainingClient> readers = new ArrayList<>();

  TrainingWorkload(URI server) throws IOException, InterruptedException {
    creator = TrainingClient.signIn(http, server, "creator@demo.test", PASSWORD);
    for (int number = 1; number <= 3; number++) {
      readers.add(TrainingClient.signIn(http, server, "reader" + number + "@demo.test", PASSWORD));
    }
  }

  /** Uses the server: on a slow machine less often, since a cache is needed soon. */
  void run() throws IOException, InterruptedException {
    long begun = System.nanoTime();
    for (int visit = 0; visit < REQUESTS / REQUESTS_OF_A_VISIT; visit++) {
      if (System.nanoTime() - begun > MAX_DURATION.toNanos()) {
        return;
      }
      TrainingClient reader = readers.get(visit % readers.size());
      visitPages(reader);
      answerRequests(reader);
    }
  }

  private void answerRequests(TrainingClient reader) throws IOException, InterruptedException {
    try (var readerSocket = reader.openWebSocket();
        var creatorSocket = creator.openWebSocket()) {
      for (int number = 1; number <= REQUESTS_OF_A_VISIT; number++) {
        answerRequest(reader, "Book " + number, readerSocket, creatorSocket);
      }
    }
  }

  private void visitPages(TrainingClient reader) throws IOException, InterruptedException {
    for (String path : FILES) {
      reader.fetchCompressed(path);
    }
    for (String path : LISTS) {
      reader.get(path.formatted(creator.userId()));
    }
  }

  /** The life of a request. Its rejection refunds it, so that there is always quota for another. */
  private void answerRequest(
      TrainingClient reader,
      String title,
      TrainingSocket readerSocket,
      TrainingSocket creatorSocket)
      throws IOException, InterruptedException {
    JsonNode request =
        reader.post(
            "/api/book-requests",
            Map.of("creator_id", creator.userId(), "title", title, "author", "Nobody"));
    creatorSocket.awaitMessage("pending_count_update");
    creator.get("/api/book-requests?creator_id=" + creator.userId() + "&status=pending&limit=50");
    String path = "/api/book-requests/" + request.required("id").asText();
    creator.post(path + "/reply", Map.of("body", "One moment"));
    reader.post(path + "/reply", Map.of("body", "Thank you"));
    creator.post(path + "/respond", Map.of("status", "approved"));
    creator.post(path + "/respond", Map.of("status", "rejected", "response", "Not this one"));
    readerSocket.acknowledge(readerSocket.awaitMessage("\"rejected\""));
    readerSocket.sendText("ping");
    readerSocket.awaitMessage("pong");
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
