package io.bookbell.server.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.api.Contract;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.webpush.PushServiceStandIn;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** People's own chats, programs and browsers, as they are chosen in the settings. */
@ParameterizedClass
@EnumSource
class PersonalChannelsTest {
  private static final String SETTINGS = "/api/me/notification-settings";
  private static final Map<String, String> GERMAN = Map.of("Accept-Language", "de-AT,de;q=0.9");
  private static final String SECRET = "a secret of theirs";

  @Parameter TestDatabase kind;
  @TempDir Path folder;

  private final List<Received> received = new CopyOnWriteArrayList<>();

  /** The statuses of the next responses; 204 when there are none left. */
  private final Queue<Integer> statuses = new ConcurrentLinkedQueue<>();

  private HttpServer receiver;
  private PushServiceStandIn pushService;
  private TestServer server;
  private Cast cast;

  private record Received(String path, Headers headers, String body) {
    JsonNode json() {
      try {
        return Json.readTree(body);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @BeforeEach
  void start() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          String path = exchange.getRequestURI().toString();
          received.add(new Received(path, exchange.getRequestHeaders(), body));
          Integer status = statuses.poll();
          exchange.sendResponseHeaders(status == null ? 204 : status, -1);
          exchange.close();
        });
    receiver.start();
    pushService = new PushServiceStandIn();
    server = TestServer.with(TestServer.config(kind.create(folder)).withPrivateWebhooks());
    cast = server.cast();
  }

  @AfterEach
  void stop() {
    server.close();
    pushService.close();
    receiver.stop(0);
  }

  private String address(String path) {
    return "http://127.0.0.1:" + receiver.getAddress().getPort() + path;
  }

  private Map<String, Object> allKinds() {
    List<Object> channels =
        List.of(
            Map.of("kind", "discord", "target", address("/discord")),
            Map.of("kind", "ntfy", "target", address("/my_topic")),
            Map.of("kind", "telegram", "target", address("/bot1:a/sendMessage?chat_id=42")),
            Map.of("kind", "webhook", "target", address("/program"), "secret", SECRET),
            Map.of(
                "kind", "web_push", "target", pushService.endpoint(), "keys", pushService.keys()));
    var kinds = List.of("discord", "ntfy", "telegram", "webhook", "web_push");
    return Map.of("channels", channels, "events", Map.of("request_created", kinds));
  }

  private JsonNode put(TestClient client, Object settings) {
    return client.send("PUT", SETTINGS, Json.writeAsString(settings), GERMAN).expect(200).body();
  }

  @Test
  void eachKindTellsInTheReadersLanguage() {
    Person mara = cast.creator();
    put(mara.client(), allKinds());
    long request = cast.supporter().ask(mara, "Die Wand");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertThat(received).hasSize(4);
              assertThat(pushService.received).hasSize(1);
            });

    var byPath = new HashMap<String, Received>();
    received.forEach(each -> byPath.put(each.path(), each));
    String sentence = "supporter fragt „Die Wand“ an";
    String link = server.url() + "/requests/" + request;
    assertThat(byPath.get("/discord").json().get("content").asText())
        .isEqualTo(sentence + "\n" + link);
    assertThat(byPath.get("/").json().get("topic").asText()).isEqualTo("my_topic");
    assertThat(byPath.get("/").json().get("message").asText()).isEqualTo(sentence);
    assertThat(byPath.get("/").json().get("click").asText()).isEqualTo(link);
    assertThat(byPath.get("/bot1:a/sendMessage").json().get("text").asText())
        .isEqualTo(sentence + "\n" + link);
    Received program = byPath.get("/program");
    assertThat(program.json().get("text").asText()).isEqualTo(sentence);
    assertThat(program.json().get("event").asText()).isEqualTo("request_created");
    String signature = program.headers().getFirst(WebhookSignature.HEADER);
    Instant time =
        Instant.ofEpochSecond(Long.parseLong(signature.substring(2, signature.indexOf(','))));
    assertThat(WebhookSignature.sign(SECRET, time, program.body().getBytes(UTF_8)))
        .isEqualTo(signature);
    assertThat(pushService.received.getFirst().content().get("body").asText()).isEqualTo(sentence);
  }

  @Test
  void whatIsReadCanBeSentBackAndATestComesEvenInQuietHours() {
    TestClient client = cast.creator().client();
    JsonNode settings = put(client, allKinds());
    ((ObjectNode) settings).remove("broken");
    ((ObjectNode) settings)
        .putObject("quiet")
        .put("from", "00:00")
        .put("to", "23:59")
        .put("time_zone", "UTC");

    JsonNode again = put(client, settings);
    assertThat(again.get("channels")).isEqualTo(settings.get("channels"));
    long ntfy = again.at("/channels/1/id").asLong();
    cast.supporter().ask(cast.creator(), "Die Wand");
    client.post(SETTINGS + "/test", Map.of("channel", ntfy)).expect(204);

    await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(received).hasSize(1));
    assertThat(received.getFirst().json().get("message").asText())
        .isEqualTo("Neuigkeiten von Bookbell erreichen dich hier");
  }

  @Test
  void aProgramWhoseTestFailsGetsTheNewsAfterIt() {
    TestClient creator = cast.creator().client();
    List<Object> program = List.of(Map.of("kind", "webhook", "target", address("/program")));
    var settings =
        Map.of("channels", program, "events", Map.of("request_created", List.of("webhook")));
    long channel = put(creator, settings).at("/channels/0/id").asLong();
    statuses.add(500);
    creator.post(SETTINGS + "/test", Map.of("channel", channel)).expect(204);
    await().untilAsserted(() -> assertThat(received).hasSize(1));
    cast.supporter().ask(cast.creator(), "Kindred");
    await().untilAsserted(() -> assertThat(received).hasSize(2));

    assertThat(received)
        .extracting(each -> each.json().get("event").asText())
        .containsExactly("test", "request_created");
    assertThat(received)
        .allSatisfy(each -> new Contract().checkWebhook("personalNews", each.body()));
  }

  @Test
  void aBrowserGetsTheNewsOfWhoeverUsesItNow() {
    var push =
        Map.of("kind", "web_push", "target", pushService.endpoint(), "keys", pushService.keys());
    put(cast.creator().client(), Map.of("channels", List.of(push)));
    put(cast.other().client(), Map.of("channels", List.of(push)));

    assertThat(cast.creator().client().get(SETTINGS).body().get("channels")).isEmpty();
    assertThat(cast.other().client().get(SETTINGS).body().get("channels")).hasSize(1);
  }

  @Test
  void twoChannelsWithOneAddressAreRefused() {
    TestClient client = cast.creator().client();
    Map<String, Object> program = Map.of("kind", "webhook", "target", address("/program"));
    Map<String, Object> browser =
        Map.of("kind", "web_push", "target", pushService.endpoint(), "keys", pushService.keys());
    for (Map<String, Object> channel : List.of(program, browser)) {
      JsonNode problem = refuse(client, Map.of("channels", List.of(channel, channel)));
      assertThat(problem.at("/errors/0/field").asText()).isEqualTo("channels");
      assertThat(problem.at("/errors/0/message").asText()).isEqualTo("must have different targets");
    }

    assertThat(client.get(SETTINGS).body().get("channels")).isEmpty();
    put(client, Map.of("channels", List.of(program)));
    put(client, Map.of("channels", List.of(program)));
    assertThat(client.get(SETTINGS).body().get("channels")).hasSize(1);
  }

  private static JsonNode refuse(TestClient client, Object settings) {
    return client.send("PUT", SETTINGS, Json.writeAsString(settings), Map.of()).expect(400).body();
  }

  @Test
  void aNewChannelCanHaveTheFormerAddressOfAnother() {
    TestClient client = cast.creator().client();
    String former = pushService.endpoint();
    var browser = Map.of("kind", "web_push", "target", former, "keys", pushService.keys());
    JsonNode stored = put(client, Map.of("channels", List.of(browser)));
    var moved = new HashMap<String, Object>(browser);
    moved.put("id", stored.at("/channels/0/id").asLong());
    moved.put("target", former + "/new");

    JsonNode after = put(client, Map.of("channels", List.of(browser, moved))).get("channels");

    assertThat(after).hasSize(2);
    assertThat(after.get(0).get("target").asText()).isEqualTo(former + "/new");
    assertThat(after.get(1).get("target").asText()).isEqualTo(former);
  }

  @Test
  void anAddressThatCannotWorkIsRefusedWithTheReason() {
    var faults = new ArrayList<String>();
    for (Map<String, Object> channel :
        List.<Map<String, Object>>of(
            Map.of("kind", "discord", "target", "ftp://chat.example"),
            Map.of("kind", "telegram", "target", "https://api.telegram.org/bot1:a/sendMessage"),
            Map.of("kind", "ntfy", "target", "https://ntfy.sh/"),
            Map.of("kind", "webhook", "target", "https://me:secret@books.example/"),
            Map.of("kind", "webhook", "target", "https://books.example/", "secret", "short"),
            Map.of("kind", "web_push", "target", "https://push.example/1"),
            Map.of(
                "kind", "web_push",
                "target", "https://push.example/1",
                "keys", Map.of("p256dh", "BAAA", "auth", "AAAA")))) {
      JsonNode problem =
          cast.creator()
              .client()
              .send(
                  "PUT",
                  SETTINGS,
                  Json.writeAsString(Map.of("channels", List.of(channel))),
                  Map.of())
              .expect(400)
              .body();
      faults.add(problem.at("/errors/0/field").asText());
    }

    assertThat(faults)
        .containsExactly(
            "channels[0].target",
            "channels[0].target",
            "channels[0].target",
            "channels[0].target",
            "channels[0].secret",
            "channels[0].keys",
            "channels[0].keys");
  }
}
