package io.bookbell.server.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.bookbell.server.Cast;
import io.bookbell.server.Statements;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.StandInPatreon;
import io.bookbell.server.support.StandInPatreon.Patron;
import io.bookbell.server.support.TestClient;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Calls the routes with which memberships follow Patreon and Ko-fi. */
final class SourceCalls extends RouteCalls {
  private final StandInPatreon patreon;

  SourceCalls(Set<String> called, Statements statements, StandInPatreon patreon) {
    super(called, statements);
    this.patreon = patreon;
  }

  void sources(TestServer server, Cast cast) {
    TestClient creator = cast.creator().client();
    long id = cast.creator().id();
    String of = "?creator_id=" + id;
    patreon.addTier("t1", "Reader");
    patreon.put(new Patron("7", "seven@plans.test", "active_patron", List.of("t1")));
    var own = Map.of("creator_id", id);
    String url = post(creator, "/api/patreon/connect", own).body().get("url").asText();
    post(creator, "/api/patreon/finish", codeOf(url, "creator"));
    await().until(() -> get(creator, "/api/patreon" + of).body().path("synced_at").isTextual());
    var mapped = Map.of("patreon_tier_id", "t1", "tier_id", cast.tier());
    put(creator, "/api/patreon/tiers", Map.of("creator_id", id, "map", List.of(mapped)));
    send(creator, "POST", "/api/patreon/sync" + of, null);
    var patron = new Patron("8", cast.stranger().email(), "active_patron", List.of("t1"));
    patreon.put(patron);
    note("POST /api/patreon/webhook/{creator_id}");
    StandInPatreon.sendEvent(server.client(), id, patron);
    await()
        .until(
            () -> get(cast.stranger().client(), "/api/me").body().at("/memberships/0").isObject());
    join(server);
    get(creator, "/api/patreon/account");
    send(creator, "DELETE", "/api/patreon/account", null);
    kofi(server, creator, id);
    send(creator, "DELETE", "/api/patreon" + of, null);
  }

  private Map<String, String> codeOf(String url, String user) {
    var back = patreon.allow(url, user);
    return Map.of("code", back.get("code"), "state", back.get("state"));
  }

  private void join(TestServer server) {
    TestClient newcomer = server.client();
    String url = send(newcomer, "POST", "/api/patreon/connect", "{}").body().get("url").asText();
    String token =
        post(newcomer, "/api/patreon/finish", codeOf(url, "7")).body().get("token").asText();
    post(newcomer, "/api/patreon/join", newcomer(token, "seven@plans.test"));
  }

  private void kofi(TestServer server, TestClient creator, long id) {
    put(creator, "/api/kofi", Map.of("creator_id", id, "verification_token", "a token of Ko-fi"));
    note("POST /api/kofi/webhook/{creator_id}");
    String payment =
        """
        {"verification_token":"a token of Ko-fi","timestamp":"%s","email":"x@plans.test",
        "is_subscription_payment":true,"tier_name":"Reader"}"""
            .formatted(Instant.now());
    String form = "data=" + URLEncoder.encode(payment, UTF_8);
    server
        .client()
        .sendBytes(
            "POST",
            "/api/kofi/webhook/" + id,
            form.getBytes(UTF_8),
            "application/x-www-form-urlencoded")
        .expect(200);
    get(creator, "/api/kofi?creator_id=" + id);
    put(creator, "/api/kofi/tiers", Map.of("creator_id", id, "map", List.of()));
    send(creator, "DELETE", "/api/kofi?creator_id=" + id, null);
  }
}
