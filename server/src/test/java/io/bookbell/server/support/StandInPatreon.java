package io.bookbell.server.support;

import static io.bookbell.server.support.PatreonResources.member;
import static io.bookbell.server.support.PatreonResources.resourceOf;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bookbell.server.config.ServerConfig.PatreonConfig;
import io.bookbell.server.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A stand-in for Patreon with one campaign, which answers as its documentation says, or misbehaves.
 * Thread-safe.
 */
public final class StandInPatreon implements AutoCloseable {
  public static final String CAMPAIGN = "4242";
  public static final String WEBHOOK_SECRET = "whsec";
  private static final String CLIENT_ID = "client";
  private static final String CLIENT_SECRET = "client secret";
  private static final String API = "/api/oauth2/v2";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Patron> patrons = new ConcurrentSkipListMap<>();
  private final Map<String, Patron> former = new ConcurrentSkipListMap<>();
  private final Map<String, String> tiers = new LinkedHashMap<>();
  private final Map<String, String> codes = new ConcurrentHashMap<>();
  private final Map<String, String> webhooks = new ConcurrentHashMap<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final AtomicInteger pairs = new AtomicInteger();
  private final AtomicInteger refusals = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile int pageSize = 500;
  private volatile boolean revoked;
  private volatile boolean broken;
  private volatile boolean stalled;

  /**
   * A member of the campaign.
   *
   * @param status null as for somebody who has never paid
   * @param joined how often the person has become a member again, under another member id
   */
  public record Patron(
      String userId, String email, String status, List<String> entitled, int joined) {
    public Patron(String userId, String email, String status, List<String> entitled) {
      this(userId, email, status, entitled, 0);
    }

    /** Where the member is on the list, which nobody knows. */
    private int listed() {
      return memberId().hashCode();
    }

    public String memberId() {
      return "member-" + userId + (joined == 0 ? "" : "-" + joined);
    }
  }

  public StandInPatreon() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  public PatreonConfig config() {
    return new PatreonConfig(
        "http://localhost:" + server.getAddress().getPort(), CLIENT_ID, CLIENT_SECRET);
  }

  /** Adds a tier; those added later cost more. */
  public void addTier(String id, String title) {
    tiers.put(id, title);
  }

  public void deleteTier(String id) {
    tiers.remove(id);
  }

  public void put(Patron patron) {
    patrons.put(patron.userId, patron);
  }

  public void remove(String userId) {
    patrons.remove(userId);
    former.values().removeIf(patron -> patron.userId.equals(userId));
  }

  /** Keeps an ended membership on the list, before or after the one that follows it. */
  public void putFormer(Patron ended) {
    former.put(
        ended.memberId(),
        new Patron(ended.userId, ended.email, "former_patron", List.of(), ended.joined));
  }

  public void setPageSize(int size) {
    pageSize = size;
  }

  /** The access tokens given out so far aren't valid any more. */
  public void expireAccess() {
    pairs.incrementAndGet();
  }

  /** Neither token is valid any more. */
  public void revokeAccess(boolean now) {
    revoked = now;
  }

  public void breakDown(boolean now) {
    broken = now;
  }

  /** Answers begin, and don't end. */
  public void stall(boolean now) {
    stalled = now;
  }

  /** The next calls are refused because there were too many. */
  public void refuse(int amount) {
    refusals.set(amount);
  }

  /** Methods and paths. */
  public List<String> calls() {
    return List.copyOf(calls);
  }

  public List<String> webhookAddresses() {
    return List.copyOf(webhooks.values());
  }

  /** What somebody does who allows what a server asks for: the parameters of their way back. */
  public Map<String, String> allow(String url, String userId) {
    Map<String, String> asked = parse(URI.create(url).getRawQuery());
    String code = "code-" + codes.size();
    codes.put(code, userId);
    return Map.of("code", code, "state", asked.get("state"), "scope", asked.get("scope"));
  }

  /** The body of an event about a member. */
  public static String event(Patron patron) {
    return Json.writeAsString(Map.of("data", member(patron), "included", List.of()));
  }

  /** Sends the event about a member, as the service would. */
  public static void sendEvent(TestClient client, long creator, Patron patron) {
    String event = event(patron);
    client
        .send(
            "POST",
            "/api/patreon/webhook/" + creator,
            event,
            Map.of("X-Patreon-Signature", sign(event)))
        .expect(200);
  }

  public static String sign(String body) {
    try {
      Mac mac = Mac.getInstance("HmacMD5");
      mac.init(new SecretKeySpec(WEBHOOK_SECRET.getBytes(UTF_8), "HmacMD5"));
      return HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    calls.add(exchange.getRequestMethod() + " " + path);
    try (exchange) {
      if (broken) {
        send(exchange, 502, "<html>Bad gateway</html>");
      } else if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        send(exchange, 429, json(Map.of("errors", List.of(Map.of("retry_after_seconds", 3)))));
      } else if (exchange.getRequestHeaders().getFirst("User-Agent") == null) {
        send(exchange, 403, "{}");
      } else if (path.equals("/api/oauth2/token")) {
        token(exchange);
      } else if (!isAuthorized(exchange)) {
        send(exchange, 401, json(Map.of("errors", List.of(Map.of("status", "401")))));
      } else {
        resource(exchange, path, parse(exchange.getRequestURI().getRawQuery()));
      }
    }
  }

  private boolean isAuthorized(HttpExchange exchange) {
    String token = exchange.getRequestHeaders().getFirst("Authorization");
    return !revoked && token != null && token.startsWith("Bearer access-" + pairs.get() + "-");
  }

  private void token(HttpExchange exchange) throws IOException {
    Map<String, String> form = parse(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
    boolean client =
        CLIENT_ID.equals(form.get("client_id")) && CLIENT_SECRET.equals(form.get("client_secret"));
    String user =
        form.getOrDefault("grant_type", "").equals("refresh_token")
            ? findRefreshed(form.getOrDefault("refresh_token", ""))
            : codes.remove(form.getOrDefault("code", ""));
    if (!client || user == null || revoked) {
      send(exchange, 400, json(Map.of("error", "invalid_grant")));
      return;
    }
    int pair = pairs.incrementAndGet();
    send(
        exchange,
        200,
        json(
            Map.of(
                "access_token",
                "access-" + pair + "-" + user,
                "refresh_token",
                "refresh-" + user,
                "expires_in",
                2_678_400,
                "scope",
                "identity",
                "token_type",
                "Bearer")));
  }

  private static String findRefreshed(String token) {
    return token.startsWith("refresh-") ? token.substring("refresh-".length()) : null;
  }

  private void resource(HttpExchange exchange, String path, Map<String, String> query)
      throws IOException {
    String members = API + "/campaigns/" + CAMPAIGN + "/members";
    if (path.equals(API + "/campaigns")) {
      var attributes = Map.of("creation_name", "Books by Ada");
      send(
          exchange,
          200,
          json(Map.of("data", List.of(resourceOf("campaign", CAMPAIGN, attributes, Map.of())))));
    } else if (path.equals(API + "/campaigns/" + CAMPAIGN)) {
      send(exchange, 200, json(campaign()));
    } else if (path.equals(members)) {
      send(exchange, 200, json(page(query)));
    } else if (path.startsWith(API + "/members/")) {
      String id = path.substring((API + "/members/").length());
      Optional<Patron> found =
          Optional.ofNullable(patrons.get(id.split("-", 3)[1]))
              .filter(patron -> patron.memberId().equals(id))
              .or(() -> Optional.ofNullable(former.get(id)));
      send(
          exchange,
          found.isPresent() ? 200 : 404,
          json(found.map(patron -> Map.of("data", member(patron))).orElse(Map.of())));
    } else if (path.equals(API + "/identity")) {
      send(exchange, 200, json(identity(exchange)));
    } else if (path.startsWith(API + "/webhooks")) {
      webhook(exchange);
    } else {
      send(exchange, 404, "{}");
    }
  }

  private Map<String, ?> campaign() {
    var included = new ArrayList<Map<String, ?>>();
    for (var tier : tiers.entrySet()) {
      var attributes =
          Map.of("title", tier.getValue(), "amount_cents", 100 * (1 + included.size()));
      included.add(resourceOf("tier", tier.getKey(), attributes, Map.of()));
    }
    return Map.of(
        "data", resourceOf("campaign", CAMPAIGN, Map.of(), Map.of()), "included", included);
  }

  private Map<String, ?> page(Map<String, String> query) {
    int from = Integer.parseInt(query.getOrDefault("page[cursor]", "0"));
    List<Patron> all =
        Stream.of(patrons, former)
            .flatMap(each -> each.values().stream())
            .sorted(Comparator.comparingInt(Patron::listed))
            .toList();
    int until = Math.min(all.size(), from + pageSize);
    List<Map<String, ?>> data = new ArrayList<>();
    all.subList(Math.min(from, until), until).forEach(patron -> data.add(member(patron)));
    var cursors = new LinkedHashMap<String, String>();
    cursors.put("next", until < all.size() ? Integer.toString(until) : null);
    return Map.of(
        "data",
        data,
        "meta",
        Map.of("pagination", Map.of("cursors", cursors, "total", all.size())));
  }

  private Map<String, ?> identity(HttpExchange exchange) {
    String token = exchange.getRequestHeaders().getFirst("Authorization");
    String user = token.substring(token.lastIndexOf('-') + 1);
    Patron patron = patrons.get(user);
    var attributes =
        Map.of(
            "full_name",
            "Patron " + user,
            "email",
            patron == null ? user + "@test.example" : patron.email,
            "is_email_verified",
            true);
    var included = patron == null ? List.of() : List.of(member(patron));
    return Map.of("data", resourceOf("user", user, attributes, Map.of()), "included", included);
  }

  private void webhook(HttpExchange exchange) throws IOException {
    switch (exchange.getRequestMethod()) {
      case "POST" -> {
        String address =
            Json.readTree(exchange.getRequestBody().readAllBytes())
                .path("data")
                .path("attributes")
                .path("uri")
                .asText();
        String id = "hook-" + webhooks.size();
        webhooks.put(id, address);
        send(exchange, 201, json(Map.of("data", webhookOf(id))));
      }
      case "PATCH" -> send(exchange, 200, "{}");
      default ->
          send(
              exchange,
              200,
              json(Map.of("data", webhooks.keySet().stream().map(this::webhookOf).toList())));
    }
  }

  private Map<String, ?> webhookOf(String id) {
    return resourceOf(
        "webhook", id, Map.of("uri", webhooks.get(id), "secret", WEBHOOK_SECRET), Map.of());
  }

  private static Map<String, String> parse(String query) {
    var parameters = new LinkedHashMap<String, String>();
    if (query != null) {
      for (String each : query.split("&", -1)) {
        String[] pair = each.split("=", 2);
        parameters.put(
            URLDecoder.decode(pair[0], UTF_8),
            pair.length > 1 ? URLDecoder.decode(pair[1], UTF_8) : "");
      }
    }
    return parameters;
  }

  private static String json(Object value) {
    return Json.writeAsString(value);
  }

  private void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/vnd.api+json");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (stalled) {
      exchange.getResponseBody().flush();
      awaitClose();
    }
    exchange.getResponseBody().write(bytes);
  }

  private void awaitClose() throws IOException {
    try {
      closed.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
