package io.bookbell.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.RawSocket;
import io.bookbell.server.support.RawSocket.Answer;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.verify.InvariantVerifier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Invalid input is answered with a problem that explains it, and breaks nothing. */
class BadInputTest {
  private static final int MIB = 1 << 20;

  /** JSON values that are invalid for almost every field. */
  private static final List<String> ODD_VALUES =
      List.of(
          "null",
          "true",
          "[]",
          "{}",
          "[1]",
          "{\"a\":1}",
          "0",
          "-1",
          "-0",
          "1.5",
          "1e30",
          "-1e30",
          "9223372036854775807",
          "9223372036854775808",
          "1" + "0".repeat(300),
          "1e400",
          "\"\"",
          "\"  \"",
          "\"\\u0000\"",
          "\"a\\u0000b\"",
          "\"\\u0007\"",
          "\"\\ud800\"",
          "\"\\udc00x\"",
          "\"\\u202e\"",
          "\"1\"",
          "\"" + "x".repeat(5000) + "\"",
          "\"" + "é".repeat(301) + "\"",
          "\"" + "\\ud83d\\ude00".repeat(4001) + "\"",
          "\"İ" + "İ".repeat(200) + "@x\"");

  /** Bodies that aren't JSON objects. */
  private static final List<String> BROKEN_BODIES =
      List.of(
          "{",
          "}",
          "[]",
          "1",
          "null",
          "\"text\"",
          "{\"a\":1}{}",
          "{} x",
          "{\"a\":1,\"a\":2}",
          "{\"a\":}",
          "{a:1}",
          "{'a':1}",
          "{\"a\":1,}",
          "{\"a\":NaN}",
          "{\"a\":01}",
          " ",
          "\u0000",
          "{\"a\":\"\t\"}",
          "[".repeat(100_000),
          "{\"a\":" + "[".repeat(100_000),
          "{\"a\":" + "9".repeat(2000) + "}",
          "{\"" + "k".repeat(60_000) + "\":1}",
          "{\"\\ud800\":1}",
          "{\"" + "\\ud83d\\ude00".repeat(40) + "\":1}",
          "{\"x" + "\\ud83d\\ude00".repeat(40) + "\":1}",
          "{\"\\u0000\":1}");

  private record Command(String method, String path, List<String> fields, String token) {}

  private static List<Command> commands(Cast cast) {
    String creator = cast.creator().client().token().orElseThrow();
    String supporter = cast.supporter().client().token().orElseThrow();
    long request = cast.supporter().ask(cast.creator(), "Emma");
    String of = "?creator_id=" + cast.creator().id();
    String id = "/api/book-requests/" + request;
    List<String> wanted = List.of("creator_id", "title", "author", "isbn", "note");
    List<String> account = List.of("token", "email", "display_name", "password");
    String member = "/api/team/" + cast.team().id() + of;
    String patron = "/api/supporters/" + cast.supporter().id();
    return List.of(
        new Command("POST", "/api/book-requests", wanted, supporter),
        new Command("POST", id + "/respond", List.of("status", "response"), creator),
        new Command(
            "POST",
            "/api/book-requests/respond",
            List.of("creator_id", "ids", "status", "response"),
            creator),
        new Command(
            "POST", "/api/canned-responses", List.of("creator_id", "name", "body"), creator),
        new Command("POST", id + "/reply", List.of("body"), supporter),
        new Command("POST", id + "/cancel", List.of("reason"), supporter),
        new Command(
            "PATCH",
            "/api/creators/" + cast.creator().id(),
            List.of("name", "accepting", "notice", "rules", "colour"),
            creator),
        new Command(
            "POST",
            "/api/tiers",
            List.of("creator_id", "name", "requests_allowed", "period"),
            creator),
        new Command(
            "PATCH",
            "/api/tiers/" + cast.tier(),
            List.of("name", "requests_allowed", "period"),
            creator),
        new Command("PATCH", patron + of, List.of("tier_id"), creator),
        new Command("POST", patron + "/grant" + of, List.of("amount", "reason"), creator),
        new Command(
            "POST",
            "/api/invitations",
            List.of("creator_id", "kind", "tier_id", "uses", "expires_at"),
            creator),
        new Command("POST", "/api/team/add", List.of("creator_id", "user_id", "email"), creator),
        new Command("PATCH", member, List.of("active"), creator),
        new Command("POST", "/api/notifications/read", List.of("ids", "all"), creator),
        new Command("POST", "/api/auth/login", List.of("email", "password"), ""),
        new Command("POST", "/api/auth/accept", account, ""),
        new Command("POST", "/api/setup", account, ""),
        new Command("POST", "/api/news/confirm", List.of("token"), ""),
        new Command("POST", "/api/news/unsubscribe", List.of("token"), ""),
        new Command("POST", "/api/messages/ack", List.of("seq"), supporter),
        new Command("POST", "/api/ws-ticket", List.of("x"), supporter));
  }

  @ParameterizedTest
  @EnumSource
  void everyFieldOfEveryCommandIsChecked(TestDatabase database) {
    var server = TestServer.shared(database);
    var wrong = new ArrayList<String>();
    for (Command command : commands(server.cast())) {
      try (var socket = RawSocket.to(server.url())) {
        command.fields.forEach(
            field ->
                ODD_VALUES.forEach(
                    value -> {
                      byte[] body = ("{\"" + field + "\":" + value + "}").getBytes(UTF_8);
                      wrong.addAll(judge(command, value, send(socket, command, body), false));
                    }));
      }
    }
    assertThat(wrong).isEmpty();
    assertHealthy(server);
  }

  @ParameterizedTest
  @EnumSource
  void everyBrokenBodyIsRefused(TestDatabase database) {
    var server = TestServer.shared(database);
    var wrong = new ArrayList<String>();
    for (Command command : commands(server.cast())) {
      try (var socket = RawSocket.to(server.url())) {
        bodies()
            .forEach(
                body ->
                    wrong.addAll(
                        judge(
                            command, new String(body, UTF_8), send(socket, command, body), true)));
      }
    }
    assertThat(wrong).isEmpty();
    assertHealthy(server);
  }

  @ParameterizedTest
  @EnumSource
  void aLinkWithTheCharacterThatPostgresqlDoesNotKnowIsRefused(TestDatabase database) {
    var client = TestServer.shared(database).client();

    client.post("/api/news/unsubscribe?token=%00", "{}").expect(400);
    client.post("/api/news/unsubscribe?token=a%00b", "{}").expect(400);
    client.get("/api/news/unsubscribe?token=%00").expect(400);
  }

  @ParameterizedTest
  @EnumSource
  void aCommandThatTakesNoBodyRefusesOneWithFields(TestDatabase database) {
    var client = TestServer.shared(database).cast().creator().client();
    var http = new Description("openapi.yaml");
    var accepted = new ArrayList<String>();
    for (Operation operation : Operation.in(http)) {
      String body = http.resolve(operation.pointer() + "/requestBody");
      boolean bodiless =
          http.at(body).isMissingNode() || body.equals("/components/requestBodies/Nothing");
      if (bodiless && !operation.method().equals("GET")) {
        String path = operation.template().replaceAll("\\{[^}]*}", "1") + "?creator_id=1";
        var reply = client.send(operation.method(), path, "{\"colour\":1}", Map.of());
        if (!reply.body().at("/errors/0/field").asText().equals("colour")) {
          accepted.add(operation + " " + reply.status() + " " + reply.body());
        }
      }
    }
    assertThat(accepted).isEmpty();
  }

  private static Stream<byte[]> bodies() {
    byte[] invalidUtf8 = {'{', '"', 'a', '"', ':', '"', (byte) 0xC3, 0x28, '"', '}'};
    byte[] surrogate = {'{', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', ':', '1', '}'};
    byte[] large = new byte[MIB];
    Arrays.fill(large, (byte) ' ');
    return Stream.concat(
        BROKEN_BODIES.stream().map(text -> text.getBytes(UTF_8)),
        Stream.of(invalidUtf8, surrogate, large));
  }

  private static List<String> judge(
      Command command, String sent, Answer answer, boolean mustBeRefused) {
    String what =
        command.method
            + " "
            + command.path
            + " with "
            + sent.substring(0, Math.min(60, sent.length()))
            + " → "
            + answer.status()
            + " "
            + answer.text();
    boolean accepted = answer.status() < 300 && !mustBeRefused;
    boolean refused = answer.status() >= 400 && answer.status() < 500 && isProblem(answer);
    return accepted || refused ? List.of() : List.of(what);
  }

  private static boolean isProblem(Answer answer) {
    try {
      JsonNode body = Json.readTree(answer.text());
      boolean named = !body.path("code").asText().equals("validation_failed") || hasErrors(body);
      return answer.header("content-type").orElse("").equals("application/problem+json")
          && body.path("status").asInt() == answer.status()
          && named;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean hasErrors(JsonNode body) {
    return body.path("errors").isArray()
        && !body.path("errors").isEmpty()
        && body.path("errors").get(0).hasNonNull("field")
        && body.path("errors").get(0).hasNonNull("message");
  }

  @ParameterizedTest
  @EnumSource
  void aBodyOfOneMebibyteIsReadAndALargerOneRefused(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    var reply =
        commands(cast).stream()
            .filter(each -> each.path.endsWith("/reply"))
            .findFirst()
            .orElseThrow();
    String padding = " ".repeat(MIB - "{\"body\":\"x\"}".length());

    assertThat(once(server, reply, "{\"body\":\"x\"" + padding + "}").status()).isEqualTo(201);
    Answer larger = once(server, reply, "{\"body\":\"x\"" + padding + " }");
    assertThat(larger.status()).isEqualTo(413);
    assertThat(isProblem(larger)).isTrue();
  }

  private static Answer once(TestServer server, Command command, String body) {
    try (var socket = RawSocket.to(server.url())) {
      return send(socket, command, body.getBytes(UTF_8));
    }
  }

  private static Answer send(RawSocket socket, Command command, byte[] body) {
    var request = new ByteArrayOutputStream();
    String head =
        "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n"
            .formatted(
                command.method,
                command.path,
                body.length,
                command.token.isEmpty() ? "" : "Authorization: Bearer " + command.token + "\r\n");
    request.writeBytes(head.getBytes(UTF_8));
    request.writeBytes(body);
    return socket.write(request.toByteArray()).answer();
  }

  private static void assertHealthy(TestServer server) {
    server.client().get("/health/ready").expect(200);
    assertThat(InvariantVerifier.verifyInvariants(server.database()).join().breaches()).isEmpty();
  }
}
