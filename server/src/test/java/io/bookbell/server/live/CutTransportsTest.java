package io.bookbell.server.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestStream;
import io.bookbell.server.support.TestStream.Event;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client that is cut off again and again, in the middle of a stream, a poll or a socket, and
 * comes back over any of them: it sees every number once.
 */
class CutTransportsTest {
  private static final int CUTS = 120;
  private static final int REQUESTS = 3;

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);

  /** How many messages the others may cause; each cut allows some more. */
  private final Semaphore allowed = new Semaphore(0);

  private volatile boolean talking = true;
  private Cast cast;
  private TestClient client;
  private String epoch;
  private long position;

  @ParameterizedTest
  @EnumSource
  void nothingIsMissingAndNothingRepeated(TestDatabase database) throws Exception {
    System.out.println("CutTransportsTest: -Dseed=" + seed);
    cast = TestServer.shared(database).cast();
    client = cast.supporter().client();
    var threads =
        Stream.of("One", "Two", "Three")
            .map(title -> cast.supporter().ask(cast.creator(), title))
            .toList();
    JsonNode start = client.get("/api/messages").expect(200).body();
    epoch = start.get("epoch").asText();
    position = start.get("seq").asLong();
    try (var others = Executors.newVirtualThreadPerTaskExecutor()) {
      var talk = others.submit(() -> talk(threads));
      for (int cut = 0; cut < CUTS; cut++) {
        allowed.release(random.nextInt(6));
        switch (random.nextInt(4)) {
          case 0 -> readStream();
          case 1 -> readSocket();
          case 2 -> readPoll();
          default -> abandonPoll();
        }
      }
      talking = false;
      allowed.release();
      talk.get(); // its last reply has arrived
    }
    readAll();
    assertThat(position).as("seed %s", seed).isEqualTo(head()).isGreaterThan(CUTS);
  }

  private @Nullable Void talk(List<Long> threads) throws InterruptedException {
    for (int word = 0; talking; word++) {
      allowed.acquire();
      long id = threads.get(word % REQUESTS);
      cast.team()
          .client()
          .post("/api/book-requests/" + id + "/reply", Map.of("body", "Word " + word))
          .expect(201);
    }
    return null;
  }

  private String since() {
    return epoch + ":" + position;
  }

  private long head() {
    return client.get("/api/messages").expect(200).body().get("seq").asLong();
  }

  private void apply(long seq) {
    assertThat(seq).as("seed %s", seed).isEqualTo(++position);
  }

  /** Reads some of what is there, and cuts the stream somewhere in an event. */
  private void readStream() {
    long to = position + random.nextInt((int) (head() - position) + 1);
    try (var stream =
        random.nextBoolean()
            ? TestStream.resume(client, since())
            : TestStream.open(client, "since=" + since())) {
      assertThat(stream.next().type()).isEqualTo("resumed");
      while (position < to) {
        Event event = stream.next();
        if (event.isNumbered()) {
          assertThat(event.id()).contains(epoch + ":" + event.seq());
          apply(event.seq());
        }
      }
      if (to < head()) {
        stream.line();
      }
    }
  }

  private void readSocket() {
    long to = position + random.nextInt((int) (head() - position) + 1);
    var numbers = new ArrayList<Long>();
    try (var socket = client.connect(cast.supporter().id(), since())) {
      socket.await("resumed");
      Awaitility.await().until(() -> to == position || socket.numbers().contains(to));
      numbers.addAll(socket.numbers());
    }
    numbers.forEach(this::apply);
  }

  private void readPoll() {
    String limit = "&limit=" + (1 + random.nextInt(5));
    JsonNode answer = client.get("/api/messages?since=" + since() + limit).expect(200).body();
    answer.get("messages").forEach(message -> apply(message.get("seq").asLong()));
    assertThat(answer.get("seq").asLong()).isEqualTo(position);
  }

  /** Sends a poll whose answer never arrives. */
  private void abandonPoll() {
    URI address = URI.create(client.url());
    Optional<String> token = client.token();
    try (var socket = new Socket(address.getHost(), address.getPort())) {
      String request =
          String.join(
              "\r\n",
              "GET /api/messages?wait=55&since=" + since() + " HTTP/1.1",
              "Host: x",
              "Authorization: Bearer " + token.orElseThrow(),
              "",
              "");
      socket.getOutputStream().write(request.getBytes(UTF_8));
      if (random.nextBoolean()) {
        socket.setSoLinger(true, 0);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void readAll() {
    while (position < head()) {
      readPoll();
    }
  }
}
