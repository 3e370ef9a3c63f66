package io.bookbell.server.storage;

import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Services;
import io.bookbell.server.Statements;
import io.bookbell.server.TestServer;
import io.bookbell.server.account.AddressChangeStore;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.json.Json;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Calls the routes of accounts and of the operator. */
final class AccountCalls extends RouteCalls {
  /** The public key of a browser, from the example of RFC 8291. */
  private static final String PUSH_KEY =
      "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

  AccountCalls(Set<String> called, Statements statements) {
    super(called, statements);
  }

  void setUp(TestServer server) {
    var wanted = newcomer(server.setupLink().orElseThrow(), "first@plans.test");
    wanted.put("creator_name", "First");
    TestClient first = server.client();
    TestClient operator = first.as(post(first, "/api/setup", wanted));
    get(operator, "/api/admin/cache-stats");
    operatorsPeople(server, operator);
  }

  private void operatorsPeople(TestServer server, TestClient operator) {
    Cast cast = server.cast();
    String account = "/api/operator/accounts/" + cast.other().id();
    get(operator, "/api/operator/accounts");
    get(operator, "/api/operator/accounts?q=some&limit=1");
    get(operator, account);
    get(operator, "/api/operator/connections");
    get(operator, "/api/operator/outbox");
    get(operator, "/api/operator/sign-in");
    patch(operator, "/api/operator/sign-in", Map.of("passwords", true));
    post(operator, account + "/creator", Map.of("name", "Other"));
    send(operator, "DELETE", account + "/creator", null);
    post(operator, account + "/creator", Map.of("name", "Other"));
    post(operator, account + "/reset", Map.of());
    long session = get(operator, account).body().at("/session_list/0/id").asLong();
    send(operator, "DELETE", account + "/sessions/" + session, null);
    send(operator, "DELETE", account + "/sessions", null);
    post(operator, account + "/disable", Map.of());
    post(operator, account + "/enable", Map.of());
    otherWays(server, operator);
  }

  private void otherWays(TestServer server, TestClient user) {
    get(server.client(), "/api/auth/methods");
    get(user, "/api/identities");
    get(user, "/api/passkeys");
    post(user, "/api/passkeys/options", Map.of());
    post(server.client(), "/api/auth/passkey/options", Map.of());
    var unknown = Map.of("name", "Phone", "credential", Map.of("id", "x"));
    user.post("/api/passkeys", unknown).expect(400);
    note("POST /api/passkeys");
    server.client().post("/api/auth/passkey", Map.of("credential", Map.of("id", "x"))).expect(400);
    note("POST /api/auth/passkey");
    for (String way : List.of("passkeys", "identities")) {
      user.delete("/api/" + way + "/1").expect(404);
      note("DELETE /api/" + way + "/{id}");
    }
    note("GET /api/auth/oidc/{provider}/start"); // needs a provider
    note("GET /api/auth/oidc/{provider}/callback");
    note("POST /api/auth/oidc/{provider}/link");
  }

  void account(TestServer server, Cast cast) {
    var credentials = Map.of("email", cast.other().email(), "password", TestServer.PASSWORD);
    TestClient again = server.client().as(post(server.client(), "/api/auth/login", credentials));
    get(again, "/api/me");
    keys(server, again);
    patch(again, "/api/me", Map.of("display_name", "Ada", "email", cast.other().email()));
    post(again, "/api/ws-ticket", Map.of());
    post(again, "/api/auth/logout", Map.of());
    var _ =
        server
            .client()
            .post("/api/auth/login", Map.of("email", cast.other().email(), "password", "wrong"));
  }

  private void keys(TestServer server, TestClient owner) {
    String soon = Instant.now().plus(Duration.ofDays(1)).toString();
    var terms = Map.of("name", "Bot", "scopes", List.of("read"), "expires_at", soon);
    Reply made = post(owner, "/api/keys", terms);
    var key = new TestClient(server.url(), Optional.of(made.body().get("key").asText()));
    get(key, "/api/me");
    await().until(() -> statements.anyContains("UPDATE api_key SET last_used_at"));
    get(owner, "/api/keys");
    send(owner, "DELETE", "/api/keys/" + made.body().get("id").asLong(), null);
    post(owner, "/api/keys", terms);
    publish(server);
  }

  private void publish(TestServer server) {
    long operator = 1; // the first account
    var publication =
        Map.of(
            "channel",
            "chat",
            "type",
            "new_message",
            "target_user_ids",
            List.of(operator),
            "message",
            Map.of("text", "Hi"),
            "durable",
            true);
    post(server.withKey(operator, KeyScope.PUBLISH), "/api/publish", publication);
  }

  /** The routes that need no session. */
  void open(TestServer server) {
    for (String open :
        List.of(
            "/health/live",
            "/health/ready",
            "/metrics",
            "/openapi.yaml",
            "/asyncapi.yaml",
            "/api-docs")) {
      get(server.client(), open);
    }
  }

  /** Ends the other sessions, so it comes last. */
  void ownAccount(TestServer server, Cast cast) {
    TestClient other = cast.other().client();
    var change = Map.of("current", TestServer.PASSWORD, "new", "eleven green pears");
    post(other, "/api/auth/password", change);
    get(other, "/api/me/export");
    long current = get(other, "/api/sessions").body().at("/items/0/id").asLong();
    send(other, "DELETE", "/api/sessions", null);
    send(other, "DELETE", "/api/sessions/" + current, null);
    var services = new Services(Services.ClientNotifier.noOp());
    UserId user = new UserId(cast.other().id());
    String token =
        server
            .database()
            .write(tx -> services.resetLinks.createLink(tx, user, Duration.ofDays(1)))
            .join()
            .token();
    news(server, cast.stranger().client());
    var reset = Map.of("token", token, "password", "twelve red apples");
    post(server.client(), "/api/auth/reset", reset);
    handovers(server);
    removals(server);
  }

  private void news(TestServer server, TestClient client) {
    String settings = "/api/me/notification-settings";
    get(client, settings);
    get(client, "/api/push-key");
    var browser =
        Map.of(
            "kind", "web_push",
            "target", "https://push.invalid/1",
            "keys", Map.of("p256dh", PUSH_KEY, "auth", "BTBZMqHH6r4Tts7J_aSIgg"));
    send(client, "PUT", settings, Json.writeAsString(Map.of("channels", List.of(browser))));
    send(client, "PUT", settings, "{\"digest\":\"daily\",\"quiet\":{\"time_zone\":\"UTC\"}}");
    var services = new Services(Services.ClientNotifier.noOp());
    UserId user = new UserId(client.userId());
    NewsTarget target =
        server
            .database()
            .write(
                tx ->
                    services.newsTargets.create(
                        tx, NewTarget.channel(user, NewsKind.NTFY, "x", "{}", true)))
            .join();
    post(client, settings + "/test", Map.of("channel", target.id()));
    String page = "/api/news/unsubscribe?token=" + target.token();
    note("GET", page);
    server.client().get(page).expect(303);
    for (String path : List.of("/api/news/confirm", "/api/news/unsubscribe")) {
      post(server.client(), path, Map.of("token", target.token()));
    }
    post(server.client(), "/api/auth/forgot", Map.of("email", "nobody@cast.test"));
    String email = "new" + client.userId() + "@cast.test";
    String token =
        server.database().write(tx -> new AddressChangeStore().createLink(tx, user, email)).join();
    post(server.client(), "/api/auth/confirm-email", Map.of("token", token));
  }

  private void handovers(TestServer server) {
    Cast cast = server.cast();
    TestClient creator = cast.creator().client();
    String path = "/api/creators/" + cast.creator().id() + "/handover";
    var offer = Map.of("email", "heir@plans.test", "password", TestServer.PASSWORD);
    post(creator, path, offer);
    get(creator, path);
    send(creator, "DELETE", path, null);
    String url = post(creator, path, offer).body().get("url").asText();
    var heir =
        Map.of(
            "token", url.split("#", 2)[1], "display_name", "Zora", "password", "ten brown bears");
    post(server.client(), "/api/auth/take-over", heir);
  }

  private void removals(TestServer server) {
    Cast cast = server.cast();
    cast.supporter().ask(cast.creator(), "Emma");
    long other = cast.other().ask(cast.creator(), "Romola");
    post(cast.supporter().client(), "/api/book-requests/" + other + "/follow", Map.of());
    Cast leaving = server.cast();
    leaving.supporter().ask(leaving.creator(), "Emma");
    String creator = "/" + leaving.creator().id();
    send(leaving.supporter().client(), "DELETE", "/api/me/memberships" + creator, null);
    send(leaving.team().client(), "DELETE", "/api/me/teams" + creator, null);
    String password = Json.writeAsString(Map.of("password", TestServer.PASSWORD));
    for (Cast.Person person :
        List.of(cast.supporter(), cast.other(), cast.team(), cast.creator())) {
      send(person.client(), "DELETE", "/api/me", password);
    }
  }
}
