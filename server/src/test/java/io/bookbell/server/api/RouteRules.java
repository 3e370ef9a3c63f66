package io.bookbell.server.api;

import static io.bookbell.server.http.KeyScope.ADMIN;
import static io.bookbell.server.http.KeyScope.PUBLISH;
import static io.bookbell.server.http.KeyScope.READ;
import static io.bookbell.server.http.KeyScope.WRITE;

import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.Images;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may call what: a row for every operation that needs a caller, and the operations that need
 * none. Some rows change what later rows find.
 */
record RouteRules(List<Rule> rules) {
  /** Operations that anybody may call. Those of the API take no keys. */
  static final Set<String> OPEN =
      Set.of(
          "POST /api/auth/login",
          "POST /api/auth/accept",
          "POST /api/auth/reset",
          "POST /api/auth/take-over",
          "POST /api/auth/passkey",
          "POST /api/auth/passkey/options",
          "GET /api/auth/methods",
          "GET /api/auth/oidc/{provider}/start",
          "GET /api/auth/oidc/{provider}/callback",
          "POST /api/auth/forgot",
          "POST /api/auth/confirm-email",
          "POST /api/news/confirm",
          "GET /api/news/unsubscribe",
          "POST /api/news/unsubscribe",
          "POST /api/setup",
          "POST /api/patreon/connect",
          "POST /api/patreon/finish",
          "POST /api/patreon/join",
          "POST /api/patreon/webhook/{creator_id}",
          "POST /api/kofi/webhook/{creator_id}",
          "GET /health/live",
          "GET /health/ready",
          "GET /metrics",
          "GET /openapi.yaml",
          "GET /asyncapi.yaml",
          "GET /api-docs");

  private static final Map<String, ?> NOTHING = Map.of();

  /**
   * A call, the scope that a key needs for it, and the status that each role gets, in the order in
   * which they call.
   *
   * @param scope null if no key may be used
   */
  record Rule(
      @Nullable KeyScope scope,
      String call,
      Map<String, ?> body,
      int stranger,
      int supporter,
      int team,
      int creator) {
    Reply callWith(TestClient client) {
      if (method().equals("PUT") && !body.isEmpty()) {
        return client.put(path(), Json.writeAsBytes(body), "application/json");
      }
      if (method().equals("PUT")) {
        return client.put(path(), Images.of("png", 4, 4), "image/png");
      }
      String json = body.isEmpty() ? null : Json.writeAsString(body);
      return client.send(method(), path(), json, Map.of());
    }

    String method() {
      return call.split(" ", 2)[0];
    }

    String path() {
      return call.split(" ", 2)[1];
    }

    Optional<KeyScope> neededScope() {
      return Optional.ofNullable(scope);
    }
  }

  static RouteRules of(Cast cast) {
    return new RouteRules(
        Stream.of(
                requests(cast),
                creator(cast),
                webhooks(cast),
                sources(cast),
                people(cast),
                operator(cast),
                own(cast))
            .flatMap(List::stream)
            .toList());
  }

  private static List<Rule> requests(Cast cast) {
    long id = cast.creator().id();
    String of = "?creator_id=" + id;
    String all = "/api/book-requests";
    String request = all + "/" + cast.supporter().ask(cast.creator(), "Emma");
    long others = cast.other().ask(cast.creator(), "Persuasion");
    String foreign = all + "/" + others;
    String canned = "/api/canned-responses";
    var book = Map.of("creator_id", id, "title", "Kindred", "author", "Butler");
    var answers = Map.of("creator_id", id, "ids", List.of(others), "status", "approved");
    var reply = Map.of("creator_id", id, "name", "Thanks", "body", "Thank you");
    String first = canned + "/" + idOf(cast.team(), canned, named(reply, "First"));
    String second = canned + "/" + idOf(cast.team(), canned, named(reply, "Second"));
    return List.of(
        new Rule(READ, "GET " + request, NOTHING, 404, 200, 200, 200),
        new Rule(READ, "GET " + foreign, NOTHING, 404, 404, 200, 200),
        new Rule(READ, "GET " + foreign + "/replies", NOTHING, 404, 404, 200, 200),
        new Rule(READ, "GET " + request + "/receipts", NOTHING, 404, 403, 200, 200),
        new Rule(READ, "GET " + request + "/seen", NOTHING, 404, 200, 403, 403),
        new Rule(READ, "GET " + all + of, NOTHING, 404, 200, 200, 200),
        new Rule(READ, "GET " + all, NOTHING, 200, 200, 200, 200),
        new Rule(READ, "GET " + all + "/counts" + of, NOTHING, 404, 403, 200, 200),
        new Rule(READ, "GET " + all + ".csv" + of, NOTHING, 404, 403, 200, 200),
        new Rule(READ, "GET " + all + "/quota" + of, NOTHING, 404, 200, 404, 404),
        new Rule(READ, "GET " + all + "/pending-count" + of, NOTHING, 404, 403, 200, 200),
        new Rule(READ, "GET " + all + "/asked" + of + "&q=emma", NOTHING, 404, 200, 200, 200),
        new Rule(READ, "GET " + all + "/following", NOTHING, 200, 200, 200, 200),
        new Rule(READ, "GET /api/books/search?q=emma", NOTHING, 200, 200, 200, 200),
        new Rule(READ, "GET /api/books/covers/1", NOTHING, 404, 404, 404, 404),
        new Rule(READ, "GET " + all + "/ws?user_id=" + id, NOTHING, 403, 403, 403, 426),
        new Rule(WRITE, "POST " + all, book, 404, 201, 403, 403),
        new Rule(WRITE, "POST " + request + "/reply", Map.of("body", "Hi"), 404, 201, 201, 201),
        new Rule(WRITE, "POST " + foreign + "/reply", Map.of("body", "Hi"), 404, 404, 201, 201),
        new Rule(WRITE, "POST " + foreign + "/follow", NOTHING, 404, 200, 403, 403),
        new Rule(WRITE, "DELETE " + foreign + "/follow", NOTHING, 404, 204, 204, 204),
        new Rule(WRITE, "POST " + foreign + "/cancel", NOTHING, 404, 404, 403, 403),
        new Rule(WRITE, "POST " + all + "/respond", answers, 404, 403, 200, 200),
        new Rule(
            WRITE,
            "POST " + foreign + "/respond",
            Map.of("status", "completed"),
            404,
            404,
            200,
            409),
        new Rule(
            WRITE,
            "POST " + request + "/respond",
            Map.of("status", "rejected"),
            404,
            403,
            200,
            409),
        new Rule(WRITE, "POST " + request + "/cancel", NOTHING, 404, 409, 403, 403),
        new Rule(READ, "GET " + canned + of, NOTHING, 404, 403, 200, 200),
        new Rule(WRITE, "POST " + canned, reply, 404, 403, 201, 409),
        new Rule(WRITE, "PATCH " + first, Map.of("body", "Thanks"), 404, 403, 200, 200),
        new Rule(WRITE, "DELETE " + second, NOTHING, 404, 403, 204, 404));
  }

  private static List<Rule> creator(Cast cast) {
    long id = cast.creator().id();
    String of = "?creator_id=" + id;
    String creator = "/api/creators/" + id;
    var tier = Map.of("creator_id", id, "name", "Tier", "requests_allowed", 1);
    var another = Map.of("creator_id", id, "name", "Spare", "requests_allowed", 1);
    long spare = idOf(cast.creator(), "/api/tiers", another);
    return List.of(
        new Rule(READ, "GET " + creator, NOTHING, 404, 200, 200, 200),
        new Rule(ADMIN, "PATCH " + creator, Map.of("notice", "Hi"), 404, 403, 200, 200),
        new Rule(
            null,
            "POST " + creator + "/handover",
            Map.of("email", "new@owner.test", "password", "wrong"),
            404,
            403,
            403,
            403),
        new Rule(null, "GET " + creator + "/handover", NOTHING, 404, 403, 403, 200),
        new Rule(null, "DELETE " + creator + "/handover", NOTHING, 404, 403, 403, 204),
        new Rule(READ, "GET " + creator + "/picture", NOTHING, 404, 404, 404, 404),
        new Rule(ADMIN, "PUT " + creator + "/picture", NOTHING, 404, 403, 200, 200),
        new Rule(ADMIN, "DELETE " + creator + "/picture", NOTHING, 404, 403, 200, 200),
        new Rule(READ, "GET /api/tiers" + of, NOTHING, 404, 403, 200, 200),
        new Rule(ADMIN, "POST /api/tiers", tier, 404, 403, 201, 409),
        new Rule(
            ADMIN, "PATCH /api/tiers/" + cast.tier(), Map.of("name", "T2"), 404, 403, 200, 200),
        new Rule(ADMIN, "DELETE /api/tiers/" + spare, NOTHING, 404, 403, 204, 404),
        new Rule(READ, "GET /api/activity" + of, NOTHING, 404, 403, 200, 200),
        new Rule(READ, "GET /api/activity.csv" + of, NOTHING, 404, 403, 200, 200),
        new Rule(ADMIN, "GET /api/admin/cache-stats", NOTHING, 404, 404, 404, 404));
  }

  private static List<Rule> webhooks(Cast cast) {
    long id = cast.creator().id();
    String all = "/api/webhooks";
    var hook =
        Map.of("creator_id", id, "url", "https://a.invalid/", "events", List.of("reply_added"));
    String made = all + "/" + idOf(cast.creator(), all, hook);
    String gone = all + "/" + idOf(cast.creator(), all, hook);
    String retry = made + "/deliveries/999999/retry";
    var template = Map.of("template", "{title}");
    return List.of(
        new Rule(ADMIN, "GET " + all + "?creator_id=" + id, NOTHING, 404, 403, 403, 200),
        new Rule(ADMIN, "POST " + all, hook, 404, 403, 403, 201),
        new Rule(ADMIN, "POST " + all + "/preview", template, 200, 200, 200, 200),
        new Rule(ADMIN, "PATCH " + made, Map.of("url", "https://b.invalid"), 404, 404, 404, 200),
        new Rule(ADMIN, "POST " + made + "/test", NOTHING, 404, 404, 404, 202),
        new Rule(ADMIN, "GET " + made + "/deliveries", NOTHING, 404, 404, 404, 200),
        new Rule(ADMIN, "POST " + retry, NOTHING, 404, 404, 404, 404),
        new Rule(ADMIN, "DELETE " + gone, NOTHING, 404, 404, 404, 204));
  }

  private static List<Rule> people(Cast cast) {
    long id = cast.creator().id();
    String of = "?creator_id=" + id;
    String patron = "/api/supporters/" + cast.supporter().id();
    String member = "/api/team/" + cast.team().id();
    String links = "/api/invitations";
    var invitation = Map.of("creator_id", id, "kind", "team");
    var mailed = Map.of("creator_id", id, "kind", "team", "emails", List.of("a@b.test"));
    String link = links + "/" + idOf(cast.creator(), links, invitation);
    var added = Map.of("creator_id", id, "user_id", cast.other().id());
    String leaving = "/api/supporters/" + cast.supporter().id();
    var back = Map.of("creator_id", id, "user_id", cast.supporter().id(), "tier_id", cast.tier());
    var thanks = Map.of("amount", 1, "reason", "Thanks");
    return List.of(
        new Rule(READ, "GET /api/supporters" + of, NOTHING, 404, 403, 200, 200),
        new Rule(READ, "GET " + patron + of, NOTHING, 404, 403, 200, 200),
        new Rule(ADMIN, "PATCH " + patron + of, Map.of("tier_id", cast.tier()), 404, 403, 200, 200),
        new Rule(ADMIN, "POST " + patron + "/grant" + of, thanks, 404, 403, 200, 200),
        new Rule(ADMIN, "POST " + links, invitation, 404, 403, 403, 201),
        new Rule(null, "POST " + links + "/mail", mailed, 404, 403, 403, 409),
        new Rule(READ, "GET " + links + of, NOTHING, 404, 403, 200, 200),
        new Rule(READ, "GET " + link, NOTHING, 404, 403, 403, 200),
        new Rule(ADMIN, "DELETE " + link, NOTHING, 404, 403, 403, 204),
        new Rule(READ, "GET /api/team" + of, NOTHING, 404, 403, 200, 200),
        new Rule(ADMIN, "POST /api/team/add", added, 404, 403, 403, 201),
        new Rule(ADMIN, "PATCH " + member + of, Map.of("active", true), 404, 403, 403, 200),
        new Rule(READ, "GET /api/former-supporters" + of, NOTHING, 404, 403, 200, 200),
        new Rule(ADMIN, "POST /api/supporters/import" + of, NOTHING, 415, 415, 415, 415),
        new Rule(ADMIN, "POST /api/supporters", back, 404, 403, 409, 409),
        new Rule(ADMIN, "DELETE " + leaving + of, NOTHING, 404, 403, 204, 404),
        new Rule(ADMIN, "POST " + leaving + "/block" + of, NOTHING, 404, 404, 204, 204),
        new Rule(ADMIN, "DELETE " + leaving + "/block" + of, NOTHING, 404, 404, 204, 204),
        new Rule(ADMIN, "DELETE " + member + of, NOTHING, 404, 404, 403, 204));
  }

  /** Nobody of the cast is an operator. */
  private static List<Rule> operator(Cast cast) {
    String account = "/api/operator/accounts/" + cast.other().id();
    return List.of(
        new Rule(null, "GET /api/operator/accounts", NOTHING, 404, 404, 404, 404),
        new Rule(null, "GET " + account, NOTHING, 404, 404, 404, 404),
        new Rule(null, "POST " + account + "/disable", NOTHING, 404, 404, 404, 404),
        new Rule(null, "POST " + account + "/enable", NOTHING, 404, 404, 404, 404),
        new Rule(null, "POST " + account + "/creator", Map.of("name", "N"), 404, 404, 404, 404),
        new Rule(null, "DELETE " + account + "/creator", NOTHING, 404, 404, 404, 404),
        new Rule(null, "POST " + account + "/reset", NOTHING, 404, 404, 404, 404),
        new Rule(null, "DELETE " + account + "/sessions", NOTHING, 404, 404, 404, 404),
        new Rule(null, "DELETE " + account + "/sessions/1", NOTHING, 404, 404, 404, 404),
        new Rule(null, "GET /api/operator/connections", NOTHING, 404, 404, 404, 404),
        new Rule(null, "GET /api/operator/outbox", NOTHING, 404, 404, 404, 404),
        new Rule(null, "GET /api/operator/sign-in", NOTHING, 404, 404, 404, 404),
        new Rule(
            null, "PATCH /api/operator/sign-in", Map.of("passwords", true), 404, 404, 404, 404));
  }

  /** The membership services. This server isn't registered at Patreon. */
  private static List<Rule> sources(Cast cast) {
    long id = cast.creator().id();
    String of = "?creator_id=" + id;
    var map = Map.of("creator_id", id, "map", List.of());
    var kofi = Map.of("creator_id", id, "verification_token", "a token of Ko-fi");
    return List.of(
        new Rule(null, "GET /api/patreon" + of, NOTHING, 404, 403, 403, 200),
        new Rule(null, "PUT /api/patreon/tiers", map, 404, 403, 403, 404),
        new Rule(null, "POST /api/patreon/sync" + of, NOTHING, 404, 403, 403, 409),
        new Rule(null, "DELETE /api/patreon" + of, NOTHING, 404, 403, 403, 404),
        new Rule(null, "GET /api/patreon/account", NOTHING, 200, 200, 200, 200),
        new Rule(null, "DELETE /api/patreon/account", NOTHING, 204, 204, 204, 204),
        new Rule(null, "PUT /api/kofi", kofi, 404, 403, 403, 204),
        new Rule(null, "GET /api/kofi" + of, NOTHING, 404, 403, 403, 200),
        new Rule(null, "PUT /api/kofi/tiers", map, 404, 403, 403, 204),
        new Rule(null, "DELETE /api/kofi" + of, NOTHING, 404, 403, 403, 204));
  }

  /** What is everybody's own; the last row ends the sessions that the others use. */
  private static List<Rule> own(Cast cast) {
    var key = Map.of("name", "Bot", "scopes", List.of("read"));
    String made = "/api/keys/" + idOf(cast.creator(), "/api/keys", key);
    var publication =
        Map.ofEntries(
            Map.entry("channel", "chat"),
            Map.entry("type", "new_message"),
            Map.entry("target_user_ids", List.of(cast.creator().id())),
            Map.entry("message", Map.of("text", "Hi")),
            Map.entry("durable", true));
    var password = Map.of("current", "wrong", "new", "eleven green pears");
    join(cast.stranger(), cast.supporter(), Map.of("kind", "supporter"));
    join(cast.stranger(), cast.team(), Map.of("kind", "team"));
    String elsewhere = "/" + cast.stranger().id();
    return List.of(
        new Rule(null, "PATCH /api/me", Map.of("display_name", "Somebody"), 200, 200, 200, 200),
        new Rule(null, "DELETE /api/me", Map.of("password", "wrong"), 403, 403, 403, 403),
        new Rule(null, "DELETE /api/me/memberships" + elsewhere, NOTHING, 404, 204, 404, 404),
        new Rule(null, "DELETE /api/me/teams" + elsewhere, NOTHING, 404, 404, 204, 404),
        new Rule(null, "GET /api/me/notification-settings", NOTHING, 200, 200, 200, 200),
        new Rule(
            null, "PUT /api/me/notification-settings", Map.of("digest", "off"), 200, 200, 200, 200),
        new Rule(
            null,
            "POST /api/me/notification-settings/test",
            Map.of("channel", 999_999),
            404,
            404,
            404,
            404),
        new Rule(null, "GET /api/push-key", NOTHING, 200, 200, 200, 200),
        new Rule(null, "GET /api/me/export", NOTHING, 200, 200, 200, 200),
        new Rule(null, "POST /api/auth/password", password, 403, 403, 403, 403),
        new Rule(null, "GET /api/sessions", NOTHING, 200, 200, 200, 200),
        new Rule(null, "DELETE /api/sessions/1", NOTHING, 404, 404, 404, 404),
        new Rule(null, "DELETE /api/sessions", NOTHING, 204, 204, 204, 204),
        new Rule(READ, "GET /api/me", NOTHING, 200, 200, 200, 200),
        new Rule(READ, "GET /api/notifications", NOTHING, 200, 200, 200, 200),
        new Rule(WRITE, "POST /api/notifications/read", Map.of("all", true), 200, 200, 200, 200),
        new Rule(READ, "GET /api/messages", NOTHING, 200, 200, 200, 200),
        new Rule(READ, "GET /api/messages/stream?since=nowhere", NOTHING, 400, 400, 400, 400),
        new Rule(READ, "POST /api/messages/ack", Map.of("seq", 0), 204, 204, 204, 204),
        new Rule(PUBLISH, "POST /api/publish", publication, 403, 403, 403, 403),
        new Rule(null, "POST /api/ws-ticket", NOTHING, 201, 201, 201, 201),
        new Rule(null, "POST /api/keys", key, 201, 201, 201, 201),
        new Rule(null, "GET /api/keys", NOTHING, 200, 200, 200, 200),
        new Rule(null, "DELETE " + made, NOTHING, 404, 404, 404, 204),
        new Rule(null, "GET /api/passkeys", NOTHING, 200, 200, 200, 200),
        new Rule(null, "POST /api/passkeys/options", NOTHING, 200, 200, 200, 200),
        new Rule(
            null,
            "POST /api/passkeys",
            Map.of("name", "Phone", "credential", Map.of("id", "x")),
            400,
            400,
            400,
            400),
        new Rule(null, "DELETE /api/passkeys/1", NOTHING, 404, 404, 404, 404),
        new Rule(null, "GET /api/identities", NOTHING, 200, 200, 200, 200),
        new Rule(null, "DELETE /api/identities/1", NOTHING, 404, 404, 404, 404),
        new Rule(null, "POST /api/auth/oidc/1/link", NOTHING, 404, 404, 404, 404),
        new Rule(null, "POST /api/auth/logout", NOTHING, 204, 204, 204, 204));
  }

  private static void join(Person creator, Person person, Map<String, ?> kind) {
    var terms = new HashMap<String, Object>(kind);
    terms.put("creator_id", creator.id());
    if (kind.containsValue("supporter")) {
      var tier = Map.of("creator_id", creator.id(), "name", "Tier", "requests_allowed", 1);
      terms.put("tier_id", idOf(creator, "/api/tiers", tier));
    }
    Reply made = creator.client().post("/api/invitations", terms).expect(201);
    String token = made.body().get("url").asText().split("#", 2)[1];
    person.client().post("/api/auth/accept", Map.of("token", token)).expect(200);
  }

  private static Map<String, ?> named(Map<String, ?> reply, String name) {
    return Map.of("creator_id", reply.get("creator_id"), "name", name, "body", reply.get("body"));
  }

  private static long idOf(Person person, String path, Map<String, ?> body) {
    return person.client().post(path, body).expect(201).body().get("id").asLong();
  }
}
