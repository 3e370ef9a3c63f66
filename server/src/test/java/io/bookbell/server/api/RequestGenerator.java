package io.bookbell.server.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.Cast;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Generates requests that no real client would send; the same seed gives the same requests. Most
 * start as a valid call and are corrupted in one or several places. Confined to one thread.
 */
final class RequestGenerator {
  private static final List<String> METHODS =
      List.of(
          "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "X", "Q%51", "PRI", "A-_.~");
  private static final List<String> IDS =
      List.of(
          "0", "-1", "9223372036854775808", "1e3", "%00", "%zz", "%", "٣", "..", "%2e%2e", "a/b");
  private static final List<String> PATHS =
      List.of(
          "/",
          "//",
          "/.",
          "/..",
          "*",
          "/%",
          "/%ff%fe",
          "/api",
          "/api/",
          "/api//me",
          "/api/./me",
          "/api/me/",
          "/API/me",
          "/api/me;x=1",
          "/metrics/x",
          "/health",
          "/healthz",
          "/webjars/%00",
          "http://a/api/me",
          "http://[",
          "/creators/1/inbox",
          "/\u00e9",
          "/api/book-requests/ws",
          "/" + "a/".repeat(4000),
          "/" + "./".repeat(4000),
          "/" + "%2e/".repeat(2000),
          "?",
          "#");
  private static final List<String> QUERIES =
      List.of(
          "creator_id=0",
          "creator_id=%zz",
          "limit=-1",
          "limit=1&limit=2",
          "cursor=%00",
          "q=%ff",
          "q=" + "x".repeat(3000),
          "since=x",
          "&&&=&",
          "=",
          "sort=x",
          "status=,,,",
          "%",
          "user_id=1",
          "a&".repeat(2000),
          "ticket=" + "y".repeat(200),
          "from=2026-02-30T00:00:00Z");
  private static final List<String> VERSIONS =
      List.of(
          "HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.2", "HTTP/1", "HTTQ/1.1", "", "HTTP/1.1 x");
  private static final List<String> HEADERS =
      List.of(
          "Host: other",
          "Host: a b",
          "Host: %41",
          "Host:",
          "Content-Type: text/plain",
          "Content-Type: multipart/form-data; boundary=",
          "Content-Type: application/jsonx",
          "Content-Type: application/json; charset=utf-16",
          "Content-Type: \u00e9",
          "Content-Type:",
          "Content-Encoding: gzip",
          "Content-Length: 0",
          "Content-Length: -1",
          "Content-Length: 1,2",
          "Content-Length: 99999999999999999999",
          "Transfer-Encoding: gzip",
          "Transfer-Encoding: identity",
          "Upgrade: websocket",
          "Upgrade: h2c",
          "Connection: upgrade",
          "Connection: keep-alive, \u0001",
          "Sec-WebSocket-Key: x",
          "Sec-WebSocket-Version: 13",
          "Expect: 100-continue",
          "Expect: the unexpected",
          "Origin: null",
          "Origin: http://evil.test",
          "Origin: \u00ff",
          "Cookie: bookbell_session=x",
          "Cookie: ;;=;=;\"",
          "Cookie: a",
          "Cookie: " + "a=b; ".repeat(2000),
          "Authorization: Bearer",
          "Authorization: Bearer \u00e9",
          "Authorization: Basic x",
          "Authorization: " + "y".repeat(9000),
          "Idempotency-Key: \u0080",
          "Idempotency-Key: " + "k".repeat(300),
          "If-None-Match: \"",
          "Range: bytes=0-1,5-2",
          "Accept-Encoding: gzip;q=x",
          "Accept: \u0000",
          "X-Forwarded-Proto: javascript",
          "X-Forwarded-Host: a, b",
          "Forwarded: for=\"",
          "No colon",
          " : x",
          "A\u0000: b",
          "X: " + "z".repeat(35_000));
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "1.5",
          "1e400",
          "9223372036854775808",
          "\"\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\u202e\"",
          "[]",
          "{}",
          "[[[[]]]]",
          "[1,-1,\"x\",null]",
          "\"" + "x".repeat(5000) + "\"",
          "\"\ud83d\ude00\u0301\"",
          "[" + "1,".repeat(3000) + "1]");
  private static final List<String> BODIES =
      List.of(
          "{",
          "[]",
          "nul",
          "\u0000",
          "{\"a\":1,\"a\":1}",
          "{}{}",
          "[".repeat(5000),
          "a=b&c=d",
          "<x/>",
          "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--",
          "{\"" + "n".repeat(3000) + "\":1}",
          "{\"a\":" + "9".repeat(3000) + "}",
          " ".repeat(20_000));

  private final Random random;
  private final List<Operation> operations;
  private final List<String> tokens;
  private final List<String> ids;

  RequestGenerator(long seed, Contract contract, Cast cast) {
    this.random = new Random(seed);
    this.operations = contract.operations();
    this.tokens =
        List.of(cast.creator(), cast.team(), cast.supporter(), cast.stranger()).stream()
            .map(person -> person.client().token().orElseThrow())
            .toList();
    this.ids =
        List.of(cast.creator(), cast.team(), cast.supporter()).stream()
            .map(person -> Long.toString(person.id()))
            .toList();
  }

  /**
   * A request as bytes.
   *
   * @param isWhole whether a response must follow
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Generated(byte[] bytes, boolean isHead, boolean isWhole) {
    String shown() {
      String text = new String(bytes, ISO_8859_1).replace("\r\n", "⏎");
      return text.length() <= 400 ? text : text.substring(0, 400) + "… " + text.length();
    }
  }

  Generated next() {
    Operation operation = oneOf(operations);
    String method = chance(8) ? oneOf(METHODS) : operation.method();
    String version = chance(20) ? oneOf(VERSIONS) : "HTTP/1.1";
    byte[] body = body(method);
    var head = new ArrayList<String>();
    head.add(method + (chance(60) ? "  " : " ") + address(operation) + " " + version);
    if (!chance(30)) {
      head.add("Host: localhost");
    }
    if (!chance(6)) {
      head.add("Authorization: Bearer " + oneOf(tokens));
    }
    if (!chance(10)) {
      head.add("Content-Type: application/json");
    }
    IntStream.range(0, random.nextInt(4))
        .filter(_ -> chance(2))
        .forEach(_ -> head.add(oneOf(HEADERS)));
    head.add("Connection: close");
    return whole(head, body, method.equals("HEAD"));
  }

  private Generated whole(List<String> head, byte[] body, boolean isHead) {
    boolean chunked = body.length > 0 && chance(5);
    boolean isCut = body.length > 1 && chance(25);
    var request = new ByteArrayOutputStream();
    if (chunked) {
      head.add("Transfer-Encoding: chunked");
    } else if (body.length > 0) {
      head.add("Content-Length: " + body.length);
    }
    String text = String.join(chance(40) ? "\n" : "\r\n", head);
    request.writeBytes(spoilt((text + "\r\n\r\n").getBytes(ISO_8859_1)));
    byte[] sent = chunked ? chunks(body) : body;
    request.writeBytes(isCut ? Arrays.copyOf(sent, sent.length / 2) : sent);
    return new Generated(request.toByteArray(), isHead, !isCut);
  }

  /** Occasionally replaces one byte, except those that determine where the request ends. */
  private byte[] spoilt(byte[] bytes) {
    int at = random.nextInt(bytes.length);
    boolean ends = bytes[at] == '\r' || bytes[at] == '\n' || Character.isDigit(bytes[at]);
    if (chance(15) && !ends && !isInLength(bytes, at)) {
      bytes[at] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  /** Whether the byte is in the value of a length: with another digit, the server would wait. */
  private static boolean isInLength(byte[] bytes, int at) {
    String before = new String(bytes, 0, at, ISO_8859_1);
    return before.substring(before.lastIndexOf('\n') + 1).startsWith("Content-Length:");
  }

  private byte[] chunks(byte[] body) {
    String size =
        chance(4) ? oneOf(List.of("zz", "-1", "", "fffffffff")) : Integer.toHexString(body.length);
    var chunks = new ByteArrayOutputStream();
    chunks.writeBytes((size + "\r\n").getBytes(ISO_8859_1));
    chunks.writeBytes(body);
    chunks.writeBytes("\r\n0\r\n\r\n".getBytes(ISO_8859_1));
    return chunks.toByteArray();
  }

  private String address(Operation operation) {
    String path = operation.template();
    while (path.contains("{")) {
      String id = chance(3) ? oneOf(IDS) : oneOf(ids);
      path = path.replaceFirst("\\{[^}]*}", id);
    }
    if (chance(12)) {
      path = oneOf(PATHS);
    }
    String query = chance(2) ? "creator_id=" + oneOf(ids) : oneOf(QUERIES);
    return chance(2) ? path : path + "?" + query;
  }

  private byte[] body(String method) {
    if (method.equals("GET") ? !chance(20) : chance(8)) {
      return new byte[0];
    }
    if (chance(4)) {
      return oneOf(BODIES).getBytes(UTF_8);
    }
    if (chance(10)) {
      byte[] noise = new byte[random.nextInt(2000) + 1];
      random.nextBytes(noise);
      return noise;
    }
    return fields().getBytes(UTF_8);
  }

  private String fields() {
    List<String> names =
        List.of(
            "creator_id",
            "title",
            "author",
            "isbn",
            "note",
            "status",
            "response",
            "ids",
            "all",
            "body",
            "name",
            "requests_allowed",
            "period",
            "amount",
            "reason",
            "kind",
            "uses",
            "expires_at",
            "email",
            "token",
            "display_name",
            "user_id",
            "tier_id",
            "active",
            "x",
            "\\u0000");
    return IntStream.range(0, random.nextInt(5))
        .mapToObj(_ -> "\"" + oneOf(names) + "\":" + (chance(3) ? oneOf(ids) : oneOf(VALUES)))
        .distinct()
        .collect(Collectors.joining(",", "{", "}"));
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private <T> T oneOf(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
