package io.bookbell.server.site;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig.ListenConfig;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.RawSocket;
import io.bookbell.server.support.RawSocket.Answer;
import io.bookbell.server.support.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page and everything it needs is served, and nothing else. */
class SiteFilesTest {
  private static final Pattern HTML = Pattern.compile("(?:href|src)=\"(/[^\"]+)\"");
  private static final Pattern MODULE =
      Pattern.compile("(?:(?<=[}*\\s])from\\s*|\\bimport\\s*\\(?\\s*)[\"']([\\w@./-]+)[\"']");

  private final TestServer server = TestServer.shared(TestDatabase.SQLITE);

  @Test
  void everyFileThatThePageAndItsModulesNameIsServed() throws IOException {
    Map<String, String> imports = importMap();
    var seen = new HashSet<String>();
    var open = new ArrayDeque<>(matches(HTML, get("/").text()));
    while (!open.isEmpty()) {
      String path = open.pop();
      if (seen.add(path)) {
        Answer file = get(path);
        assertThat(file.status()).as(path).isEqualTo(200);
        assertThat(file.header("content-type").orElse("")).as(path).doesNotContain("html");
        if (path.endsWith(".js")) {
          assertThat(file.header("content-type"))
              .as(path)
              .hasValueSatisfying(type -> assertThat(type).startsWith("text/javascript"));
          matches(MODULE, file.text()).forEach(name -> open.add(resolve(path, name, imports)));
        }
      }
    }
    assertThat(seen).hasSizeGreaterThan(30).anyMatch(path -> path.contains("/lit-html/"));
  }

  private Map<String, String> importMap() throws IOException {
    String page = get("/").text();
    String map = page.replaceFirst("(?s).*<script type=\"importmap\">(.*?)</script>.*", "$1");
    var imports = new LinkedHashMap<String, String>();
    Json.readTree(map).get("imports").properties().stream()
        .sorted((a, b) -> b.getKey().length() - a.getKey().length())
        .forEach(each -> imports.put(each.getKey(), each.getValue().asText()));
    return imports;
  }

  private static String resolve(String from, String name, Map<String, String> imports) {
    if (name.startsWith(".") || name.startsWith("/")) {
      return URI.create("http://x" + from).resolve(name).getPath();
    }
    return imports.entrySet().stream()
        .filter(
            each ->
                each.getKey().endsWith("/")
                    ? name.startsWith(each.getKey())
                    : name.equals(each.getKey()))
        .findFirst()
        .map(each -> each.getValue() + name.substring(each.getKey().length()))
        .orElseThrow(() -> new AssertionError(from + " imports " + name + ", not in the map"));
  }

  private static List<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group(1)).toList();
  }

  @Test
  void theApisDescriptionIsServedWithItsViewer() {
    assertThat(get("/openapi.yaml").text()).startsWith("openapi: 3.1");
    assertThat(get("/asyncapi.yaml").text()).startsWith("asyncapi:");
    Answer docs = get("/api-docs");
    assertThat(docs.header("content-type")).contains("text/html; charset=utf-8");
    assertThat(matches(HTML, docs.text()))
        .isNotEmpty()
        .allSatisfy(path -> assertThat(get(path).status()).as(path).isEqualTo(200));
    assertThat(docs.text()).doesNotContain("<script>");
  }

  @Test
  void placesOfThePageAreAnsweredWithThePage() {
    String page = get("/").text();
    for (String place : List.of("/join", "/setup?x=/", "/requests/7", "/creators/1/inbox")) {
      assertThat(get(place).text()).as(place).isEqualTo(page);
    }
  }

  /** Monitoring of a wrong path must not report success. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/health",
        "/healthz",
        "/health/",
        "/health/x",
        "/ready",
        "/live",
        "/ping",
        "/status",
        "/metrics/x",
        "/api",
        "/api/x",
        "/api-docs/x",
        "/apis",
        "/openapi.json",
        "/nothing",
        "/nothing.js",
        "/join/",
        "/join/x",
        "/JOIN",
        "/requests",
        "/requests/x",
        "/requests/1/x",
        "/creators",
        "/creators/1",
        "/creators/1/x",
        "/creators/x/inbox",
        "/webjars/lit",
        "/webjars",
        "/../etc/passwd",
        "/%2e%2e/x",
        "/.env",
        "/admin",
        "/wp-login.php"
      })
  void whatIsNoPlaceIsNotFound(String path) throws IOException {
    Answer answer = get(path);

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.header("content-type")).contains("application/problem+json");
    assertThat(Json.readTree(answer.text()).get("code").asText()).isEqualTo("not_found");
  }

  @Test
  void metricsOnAPortOfTheirOwnAreOnNoOther(@TempDir Path folder) {
    var usual = TestServer.config(TestDatabase.SQLITE.create(folder));
    var serverConfig = usual.withListen(new ListenConfig("127.0.0.1", 0, Optional.of(0)));
    try (var apart = TestServer.with(serverConfig);
        var socket = RawSocket.to(apart.url())) {
      Answer answer = socket.request("GET /metrics HTTP/1.1\nHost: localhost").answer();
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.header("content-type")).contains("application/problem+json");
    }
  }

  /** The page's router defines the paths, and {@code SitePaths} must follow. */
  @Test
  void theServerKnowsThePlacesOfThePagesRouter() {
    String router = get("/app/router.js").text();
    String names = router.replaceFirst("(?s).*CREATOR_PLACES = \\[(.*?)].*", "$1");
    List<String> creatorPlaces = matches(Pattern.compile("'(\\w+)'"), names);
    List<String> fixed = matches(Pattern.compile("\\bpath === '(/\\w*)'"), router);
    String named = router.replaceFirst("(?s).*/\\^\\\\/\\(([\\w|]+)\\)\\$/\\.test.*", "$1");
    List<String> forms = matches(Pattern.compile("= /\\^(\\S+)\\$/\\.exec"), router);

    assertThat(fixed).containsExactly("/").allMatch(SitePaths::matchesPath);
    assertThat(named.split("\\|"))
        .contains("join", "setup", "reset", "handover", "news", "account")
        .allMatch(name -> SitePaths.matchesPath("/" + name));
    assertThat(forms)
        .as("a path of another form belongs in SitePaths and in this test")
        .containsExactly("\\/requests\\/(\\d+)", "\\/creators\\/(\\d+)\\/(\\w+)");
    assertThat(creatorPlaces)
        .hasSizeGreaterThan(5)
        .allMatch(name -> SitePaths.matchesPath("/creators/7/" + name));
    String joined = String.join("|", creatorPlaces);
    assertThat(SitePaths.PATTERN).contains("/(?:" + joined + "))");
  }

  @Test
  void anUnchangedFileIsNotSentAgain() {
    String tag = get("/app/bookbell-app.js").header("etag").orElseThrow();

    for (String header : List.of(tag, "W/" + tag, "\"x\", " + tag, "*")) {
      Answer again = get("/app/bookbell-app.js", "If-None-Match: " + header);
      assertThat(again.status()).as(header).isEqualTo(304);
      assertThat(again.header("etag")).contains(tag);
    }
    assertThat(get("/app/bookbell-app.js", "If-None-Match: \"x\"").status()).isEqualTo(200);
  }

  @Test
  void filesAreCompressedForWhoTakesIt() throws IOException {
    Answer plain = get("/style/base.css");
    Answer packed = get("/style/base.css", "Accept-Encoding: br, gzip");

    assertThat(packed.header("content-encoding")).contains("gzip");
    assertThat(packed.header("vary")).contains("Accept-Encoding");
    assertThat(plain.header("content-encoding")).isEmpty();
    assertThat(get("/style/base.css", "Accept-Encoding: br, gzip;q=0").header("content-encoding"))
        .isEmpty();
    try (var unpacked = new GZIPInputStream(new ByteArrayInputStream(packed.body().array()))) {
      assertThat(new String(unpacked.readAllBytes(), UTF_8)).isEqualTo(plain.text());
    }
  }

  @Test
  void onlyOurOwnScriptsRun() {
    Answer page = get("/");
    assertThat(page.header("content-security-policy").orElseThrow())
        .contains("default-src 'self'", "script-src 'self' 'sha256-", "frame-ancestors 'none'")
        .doesNotContain("script-src 'unsafe");
    assertThat(page.header("x-content-type-options")).contains("nosniff");
    assertThat(page.header("x-frame-options")).contains("DENY");
  }

  @Test
  void headTellsWhatGetWould() {
    for (String path : List.of("/", "/health/live", "/openapi.yaml")) {
      try (var socket = RawSocket.to(server.url())) {
        socket.request("HEAD " + path + " HTTP/1.1\nHost: localhost\nConnection: close");
        assertThat(socket.answerWithoutBody().status()).as(path).isEqualTo(200);
        assertThat(socket.isEnded()).isTrue();
      }
    }
  }

  private Answer get(String path, String... headers) {
    try (var socket = RawSocket.to(server.url())) {
      String more = String.join("\n", headers);
      return socket.request("GET " + path + " HTTP/1.1\nHost: localhost\n" + more).answer();
    }
  }
}
