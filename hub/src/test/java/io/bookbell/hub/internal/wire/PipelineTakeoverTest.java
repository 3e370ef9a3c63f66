package io.bookbell.hub.internal.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.HubOptions;
import io.bookbell.hub.HubServer;
import io.bookbell.hub.InMemoryMessageHistory;
import io.bookbell.hub.InProcessBackplane;
import io.bookbell.hub.RawClient;
import io.bookbell.hub.WebSocketManager;
import java.io.ByteArrayOutputStream;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No byte is lost between HTTP and the hub, whenever the client sends it. */
class PipelineTakeoverTest {
  private static final int CLIENTS = 200;

  private HubServer server;
  private ExecutorService clients;

  @BeforeEach
  void start() {
    WebSocketManager manager =
        new WebSocketManager(
            "test",
            HubOptions.defaults().withConnectionsPerUser(CLIENTS),
            new InMemoryMessageHistory(Runnable::run),
            (connection, text) -> connection.replyText("echo " + text),
            new InProcessBackplane(),
            InstantSource.system());
    server = new HubServer(manager);
    clients = Executors.newVirtualThreadPerTaskExecutor();
  }

  @AfterEach
  void stop() {
    server.close();
    clients.close();
  }

  @Test
  void aFrameInTheSegmentOfTheHandshakeArrives() throws Exception {
    everyClient(number -> echoSentWithHandshake("user=1", number));
  }

  @Test
  void aFrameInTheSegmentOfTheHandshakeArrivesAlsoWhenTheAnswerTakesTime() throws Exception {
    everyClient(number -> echoSentWithHandshake("user=1&after=30", number));
  }

  @Test
  void handshakeAndFramesMayBeCutAnywhere() throws Exception {
    everyClient(number -> echoCutAt(number));
  }

  @Test
  void aFrameSentAsSoonAsTheAnswerIsThereArrives() throws Exception {
    everyClient(
        number -> {
          try (RawClient client = new RawClient(server.port())) {
            client.open("user=1").text("late " + number);
            return client.readText().startsWith("{\"type\":\"initial_data\"")
                ? client.readText()
                : "no first frame";
          }
        },
        "echo late ");
  }

  @Test
  void framesOfSeveralHundredKilobytesUnderWayAllArriveInOrder() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(RawClient.handshake("user=1&after=30").getBytes(UTF_8));
    String padding = "x".repeat(1000);
    IntStream.range(0, 60)
        .forEach(
            number -> all.writeBytes(RawClient.frame(0x81, (number + padding).getBytes(UTF_8))));
    try (RawClient client = new RawClient(server.port())) {
      client.write(all.toByteArray());
      assertThat(client.readHead()).startsWith("HTTP/1.1 101");
      client.readText();
      for (int number = 0; number < 60; number++) {
        assertThat(client.readText()).isEqualTo("echo " + number + padding);
      }
    }
  }

  @Test
  void aRequestBehindAnOrdinaryOneOrARefusedHandshakeIsStillAnswered() {
    String ordinary = "GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n";
    String body =
        "POST /other HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\na\r\n\r\nbcd";
    try (RawClient client = new RawClient(server.port())) {
      client.write((ordinary + body + ordinary).getBytes(UTF_8));
      for (int answer = 0; answer < 3; answer++) {
        assertThat(client.readHead()).startsWith("HTTP/1.1 200");
      }
    }
    List<RawClient> all =
        IntStream.range(0, CLIENTS)
            .mapToObj(_ -> new RawClient(server.port()).open("user=2"))
            .toList();
    try (RawClient oneTooMany = new RawClient(server.port())) {
      oneTooMany.write((RawClient.handshake("user=2") + ordinary).getBytes(UTF_8));
      assertThat(oneTooMany.readHead()).startsWith("HTTP/1.1 429");
      assertThat(oneTooMany.readHead()).startsWith("HTTP/1.1 200");
    }
    all.forEach(RawClient::close);
  }

  /**
   * The gate would hold back the body forever, since such a request completes only with its body.
   */
  @Test
  void aRequestThatIsNoHandshakePassesWhateverItAsksToBeUpgradedTo() {
    String upgrade = "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
    try (RawClient client = new RawClient(server.port())) {
      for (String line : List.of("POST /other", "POST /ws", "PUT /other", "GET /other")) {
        client.write(
            (line + " HTTP/1.1\r\n" + upgrade + "Content-Length: 2\r\n\r\n{}").getBytes(UTF_8));
      }
      for (int answer = 0; answer < 4; answer++) {
        assertThat(client.readHead()).startsWith("HTTP/1.1 200");
      }
    }
  }

  private String echoSentWithHandshake(String query, int number) {
    try (RawClient client = new RawClient(server.port())) {
      ByteArrayOutputStream segment = new ByteArrayOutputStream();
      segment.writeBytes(RawClient.handshake(query).getBytes(UTF_8));
      segment.writeBytes(RawClient.frame(0x81, ("early " + number).getBytes(UTF_8)));
      client.write(segment.toByteArray());
      assertThat(client.readHead()).startsWith("HTTP/1.1 101");
      assertThat(client.readText()).startsWith("{\"type\":\"initial_data\"");
      return client.readText();
    }
  }

  private String echoCutAt(int number) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(RawClient.handshake("user=1").getBytes(UTF_8));
    all.writeBytes(RawClient.frame(0x81, ("early " + number).getBytes(UTF_8)));
    byte[] bytes = all.toByteArray();
    int cut = bytes.length - 1 - number % 40;
    try (RawClient client = new RawClient(server.port())) {
      client.write(Arrays.copyOf(bytes, cut));
      client.write(Arrays.copyOfRange(bytes, cut, bytes.length));
      assertThat(client.readHead()).startsWith("HTTP/1.1 101");
      assertThat(client.readText()).startsWith("{\"type\":\"initial_data\"");
      return client.readText();
    }
  }

  private void everyClient(IntFunction<String> run) throws Exception {
    everyClient(run, "echo early ");
  }

  private void everyClient(IntFunction<String> run, String expected) throws Exception {
    List<Future<String>> echoes =
        IntStream.range(0, CLIENTS)
            .mapToObj(number -> clients.submit(() -> run.apply(number)))
            .toList();
    for (int number = 0; number < CLIENTS; number++) {
      assertThat(echoes.get(number).get()).isEqualTo(expected + number);
    }
  }
}
