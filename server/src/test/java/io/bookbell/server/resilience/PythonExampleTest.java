package io.bookbell.server.resilience;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The example in Python, whose connection is cut again and again while others write: it prints
 * every number once. {@code -Dseed} repeats a run.
 */
class PythonExampleTest {
  private static final int CUTS = 100;
  private static final int MAX_REPLIES = 5;
  private static final int REQUESTS = 2;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir Path folder;

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final List<JsonNode> printed = new CopyOnWriteArrayList<>();
  private Cast cast;
  private List<Long> requests;

  @ParameterizedTest
  @ValueSource(strings = {"socket", "stream", "poll"})
  void nothingIsMissingAndNothingRepeated(String transport) throws Exception {
    assumeThat(python()).as("python3 is installed").isPresent();
    System.out.println("PythonExampleTest: -Dseed=" + seed);
    TestServer server = TestServer.shared(TestDatabase.SQLITE);
    cast = server.cast();
    requests =
        Stream.of("One", "Two").map(title -> cast.supporter().ask(cast.creator(), title)).toList();
    String key = server.withKey(cast.supporter().id(), KeyScope.READ).token().orElseThrow();
    try (var wire = new Wire(URI.create(server.url()).getPort())) {
      Process program = start("http://127.0.0.1:" + wire.port(), transport, key);
      try {
        await().atMost(TIMEOUT).until(() -> !printed.isEmpty());
        for (int cut = 0; cut < CUTS; cut++) {
          cutWhileOthersWrite(wire);
        }
      } finally {
        program.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
      }
    }
    JsonNode snapshot = printed.getFirst();
    assertThat(snapshot.get("type").asText()).isEqualTo("initial_data");
    assertThat(numbers())
        .as("seed %d", seed)
        .containsExactlyElementsOf(
            LongStream.rangeClosed(snapshot.get("seq").asLong() + 1, head()).boxed().toList())
        .hasSizeGreaterThanOrEqualTo(CUTS);
    assertThat(printed.stream().filter(PythonExampleTest::isSnapshot)).hasSize(1);
    assertThat(printed)
        .as("states, which have no number")
        .anyMatch(message -> message.get("type").asText().equals("creator_update"));
  }

  private void cutWhileOthersWrite(Wire wire) {
    int replies = 1 + random.nextInt(MAX_REPLIES);
    int before = random.nextInt(replies + 1);
    for (int reply = 0; reply < before; reply++) {
      write();
    }
    wire.cut();
    wire.mend();
    for (int reply = before; reply < replies; reply++) {
      write();
    }
    long head = head();
    await()
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(
            () -> assertThat(numbers()).as("seed %d", seed).isNotEmpty().last().isEqualTo(head));
  }

  private void write() {
    long request = requests.get(random.nextInt(REQUESTS));
    cast.team()
        .client()
        .post("/api/book-requests/" + request + "/reply", Map.of("body", "Word"))
        .expect(201);
  }

  private long head() {
    return cast.supporter().client().get("/api/messages").expect(200).body().get("seq").asLong();
  }

  private static boolean isSnapshot(JsonNode message) {
    return message.get("type").asText().equals("initial_data");
  }

  private List<Long> numbers() {
    return printed.stream()
        .filter(message -> !isSnapshot(message))
        .filter(message -> !message.get("type").asText().equals("resumed"))
        .filter(message -> message.has("seq"))
        .map(message -> message.get("seq").asLong())
        .toList();
  }

  private static Optional<String> python() {
    return Stream.of(System.getenv("PATH").split(":"))
        .map(place -> Path.of(place, "python3"))
        .filter(file -> file.toFile().canExecute())
        .map(Path::toString)
        .findFirst();
  }

  private Process start(String url, String transport, String key) throws IOException {
    Path example = Path.of("../examples/python/follow.py").toAbsolutePath().normalize();
    var builder =
        new ProcessBuilder(python().orElseThrow(), example.toString(), url, transport)
            .redirectError(folder.resolve("python.txt").toFile());
    builder.environment().put("BOOKBELL_KEY", key);
    Process program = builder.start();
    Thread.ofVirtual().start(() -> readAll(program.inputReader(UTF_8)));
    return program;
  }

  private void readAll(BufferedReader lines) {
    lines
        .lines()
        .forEach(
            line -> {
              try {
                printed.add(Json.readTree(line));
              } catch (IOException e) {
                throw new UncheckedIOException(line, e);
              }
            });
  }
}
