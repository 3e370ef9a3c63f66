package io.bookbell.server.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Services;
import io.bookbell.server.Statements;
import io.bookbell.server.TestServer;
import io.bookbell.server.account.AddressChangeStore;
import io.bookbell.server.activity.ActivityMigration;
import io.bookbell.server.api.Contract;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.http.IdempotencyService;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.json.Json;
import io.bookbell.server.notification.NotificationMigration;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.receipt.MessageRetention;
import io.bookbell.server.support.Images;
import io.bookbell.server.support.StandInPatreon;
import io.bookbell.server.support.StandInPatreon.Patron;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Calls every operation of the API, runs the server's background tasks, and then checks the query
 * plan of every statement that was executed.
 */
class QueryPlansTest {
  /** The public key of a browser, from the example of RFC 8291. */
  private static final String PUSH_KEY =
      "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

  private static final Contract CONTRACT = new Contract();

  /** Accepted steps of plans, with the reason. */
  private static final Map<String, String> MEANT =
      Map.ofEntries(
          Map.entry("SCAN installation", "it has one row"),
          Map.entry("in SELECT 1 FROM app_user LIMIT 1", "it stops at the first"),
          Map.entry("SCAN sqlite_sequence", "it has a row for each table with generated ids"),
          Map.entry(
              "SCAN tier_announcement", "it has a row for each tier that was changed just now"),
          Map.entry(
              "FROM name_erasure WHERE queued_at < ?",
              "it has a row for each account removed just now"),
          Map.entry("SCAN renamed_supporter", "it has a row for each new name of just now"),
          Map.entry("FROM session WHERE user_id = ? AND", "a person has 100 sessions at most"),
          Map.entry("WHERE t.user_id = ? AND t.creator_id > ?", "it sorts one person's teams"),
          Map.entry("SCAN serving_node", "it has a row for each node"),
          Map.entry("SCAN socket_place", "the operator sees every open socket"),
          Map.entry("SCAN change", "it has the rows that are written"),
          Map.entry("SCAN page", "it has the rows of a page"),
          Map.entry("ORDER BY news.position", "it sorts the rows that are written"),
          Map.entry(
              "SCAN outbox_item USING COVERING INDEX outbox_item_new",
              "it has the items that no node has seen yet"),
          Map.entry("SCAN outbox_item (Index Only Scan)", "it is that index on PostgreSQL"),
          Map.entry("WHERE leased_until > 0", "it runs once, at the start of the only process"),
          Map.entry("SCAN news_service", "it has a row for each kind that is out of order"),
          Map.entry(
              "SELECT t.kind, i.state, count(*) AS amount",
              "its index has only items that aren't sent"),
          Map.entry("AND (l.request_id, l.creator_id) = (", "it sorts the row of a request"),
          Map.entry("node_id IN (SELECT id FROM dead)", "there are few dead nodes, if any"),
          Map.entry(
              "WHERE name_key IS NULL", "its index has only accounts to be brought up to date"),
          Map.entry(
              "FROM membership_source s WHERE s.problem IS NULL",
              "creators have connected few services"),
          Map.entry(
              "WHERE redecide_after IS NOT NULL",
              "its index has only services whose members are to be looked at again"),
          Map.entry(
              "coalesce(max(id), 0) AS newest FROM app_user",
              "it reads the end of the primary key's index"),
          Map.entry("WHERE details IS NULL", "its index has only rows to be brought up to date"),
          Map.entry(
              "FROM request_word w WHERE w.creator_id = ? AND",
              "it sorts no more than what was found"),
          Map.entry(
              "(r.user_id = ?) AND (r.creator_id NOT IN",
              "it sorts what one person has asked for"));

  /** Accepted too: it sorts what one person, who is nobody's admin, has asked for. */
  private static final Pattern OWN_REQUESTS_SORTED =
      Pattern.compile(
          "USE TEMP B-TREE FOR ORDER BY\\s+in WITH page AS \\(SELECT r\\.id .*"
              + " ON responder\\.id = r\\.responded_by WHERE \\(*r\\.user_id = \\?"
              + ".* ORDER BY r\\.updated_at.*");

  @TempDir Path folder;

  private final Statements statements = new Statements();
  private final StandInPatreon patreon = new StandInPatreon();
  private final Set<String> called = new TreeSet<>();

  @AfterEach
  void closePatreon() {
    patreon.close();
  }

  @ParameterizedTest
  @EnumSource
  void noStatementReadsAWholeTableOrSortsWithoutEnd(TestDatabase database) throws Exception {
    StorageConfig storageConfig = database.create(Files.createDirectories(folder.resolve("x")));
    Files.createDirectories(folder.resolve("x/data"));
    var serverConfig = TestServer.config(storageConfig).withPatreon(patreon.config());
    try (var server = TestServer.watched(serverConfig, statements)) {
      callEverything(server);
      socket(server);
      housekeeping(server);
    }

    var notCalled = new TreeSet<>(CONTRACT.calls());
    notCalled.removeAll(called);
    notCalled.remove("GET /api/book-requests/ws"); // called by the socket
    notCalled.remove("GET /api/messages/stream"); // reads what the socket reads
    notCalled.remove("POST /api/invitations/mail"); // no mail server is set up
    notCalled.remove("GET /api/books/covers/{cover_id}"); // there are no covers without a catalogue
    assertThat(notCalled).as("calls that this test does not know yet").isEmpty();
    assertThat(objections(storageConfig))
        .as("plans to be mended by an index or another query")
        .isEmpty();
  }

  private List<String> objections(StorageConfig storageConfig) {
    var found = new ArrayList<String>();
    statements
        .objections(storageConfig)
        .forEach(
            (form, steps) ->
                steps.stream()
                    .map(step -> step + "\n    in " + form)
                    .filter(each -> MEANT.keySet().stream().noneMatch(each::contains))
                    .filter(each -> !OWN_REQUESTS_SORTED.matcher(each).matches())
                    .forEach(found::add));
    return found;
  }

  private void callEverything(TestServer server) {
    setUp(server);
    Cast cast = server.cast();
    account(server, cast);
    requests(cast);
    creator(server, cast);
    team(cast);
    sources(server, cast);
    ownAccount(server, cast);
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

  private void setUp(TestServer server) {
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
    called.add("POST /api/passkeys");
    server.client().post("/api/auth/passkey", Map.of("credential", Map.of("id", "x"))).expect(400);
    called.add("POST /api/auth/passkey");
    for (String way : List.of("passkeys", "identities")) {
      user.delete("/api/" + way + "/1").expect(404);
      called.add("DELETE /api/" + way + "/{id}");
    }
    called.add("GET /api/auth/oidc/{provider}/start"); // needs a provider
    called.add("GET /api/auth/oidc/{provider}/callback");
    called.add("POST /api/auth/oidc/{provider}/link");
  }

  private static Map<String, Object> newcomer(String link, String email) {
    return new HashMap<>(
        Map.of(
            "token",
            link.replaceFirst(".*#", ""),
            "email",
            email,
            "display_name",
            "Somebody",
            "password",
            "long enough"));
  }

  private void account(TestServer server, Cast cast) {
    var credentials = Map.of("email", cast.other().email(), "password", TestServer.PASSWORD);
    TestClient again = server.client().as(post(server.client(), "/api/auth/login", credentials));
    get(again, "/api/me");
    keys(server, again);
    webhooks(server, cast.creator().client());
    patch(again, "/api/me", Map.of("display_name", "Ada", "email", cast.other().email()));
    post(again, "/api/ws-ticket", Map.of());
    post(again, "/api/auth/logout", Map.of());
    var _ =
        server
            .client()
            .post("/api/auth/login", Map.of("email", cast.other().email(), "password", "wrong"));
  }

  private void webhooks(TestServer server, TestClient creator) {
    String all = "/api/webhooks";
    long id = creator.userId();
    var terms =
        Map.of("creator_id", id, "url", "https://a.invalid/", "events", List.of("reply_added"));
    long webhook = post(creator, all, terms).body().get("id").asLong();
    String one = all + "/" + webhook;
    get(creator, all + "?creator_id=" + id);
    post(creator, all + "/preview", Map.of("template", "{title}"));
    patch(creator, one, Map.of("events", List.of("request_created")));
    long delivery = post(creator, one + "/test", Map.of()).body().get("id").asLong();
    var services = new Services(Services.ClientNotifier.noOp());
    server
        .database()
        .write(
            tx -> {
              services.newsTargets.endSubscriptions(tx, webhook);
              return true;
            })
        .join();
    post(creator, one + "/deliveries/" + delivery + "/retry", Map.of());
    get(creator, one + "/deliveries");
    send(creator, "DELETE", one, null);
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

  private void sources(TestServer server, Cast cast) {
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
    String event = StandInPatreon.event(patron);
    called.add("POST /api/patreon/webhook/{creator_id}");
    server
        .client()
        .send(
            "POST",
            "/api/patreon/webhook/" + id,
            event,
            Map.of("X-Patreon-Signature", StandInPatreon.sign(event)))
        .expect(200);
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
    called.add("POST /api/kofi/webhook/{creator_id}");
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

  private void put(TestClient client, String path, Map<String, ?> body) {
    called.add(CONTRACT.call("PUT", path));
    client.put(path, Json.writeAsBytes(body), "application/json").expect(204);
  }

  /** Ends the other sessions, so it comes last. */
  private void ownAccount(TestServer server, Cast cast) {
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
    called.add(CONTRACT.call("GET", page));
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

  private void requests(Cast cast) {
    TestClient supporter = cast.supporter().client();
    TestClient admin = cast.team().client();
    String creator = "?creator_id=" + cast.creator().id();
    var wanted =
        Map.of("creator_id", cast.creator().id(), "title", "Emma", "author", "Jane Austen");
    long first = post(supporter, "/api/book-requests", wanted).body().get("id").asLong();
    long second = post(supporter, "/api/book-requests", wanted).body().get("id").asLong();
    for (TestClient asker : List.of(supporter, admin, cast.creator().client())) {
      for (String filter :
          List.of(
              "",
              "&status=pending",
              "&q=emma",
              "&q=em",
              "&q=mma",
              "&q=emma+austen",
              "&status=pending&q=emma",
              "&sort=oldest",
              "&sort=updated",
              "&sort=updated&status=pending,approved",
              "&sort=updated&q=emma",
              "&user_id=" + cast.supporter().id(),
              "&status=pending&user_id=" + cast.supporter().id())) {
        pages(asker, "/api/book-requests" + creator + filter);
        pages(asker, "/api/book-requests?" + filter.replaceFirst("&", ""));
      }
      get(asker, "/api/book-requests/" + first);
      pages(asker, "/api/notifications?");
      post(asker, "/api/notifications/read", Map.of("all", true));
      post(asker, "/api/notifications/read", Map.of("ids", List.of(1, 2)));
    }
    var key = Map.of("Idempotency-Key", "plans");
    for (int time = 0; time < 2; time++) {
      supporter.send(
          "POST",
          "/api/book-requests/" + first + "/reply",
          Json.writeAsString(Map.of("body", "please")),
          key);
    }
    post(supporter, "/api/book-requests/" + first + "/reply", Map.of("body", "please"));
    post(admin, "/api/book-requests/" + first + "/respond", Map.of("status", "approved"));
    post(admin, "/api/book-requests/" + first + "/respond", Map.of("status", "rejected"));
    post(supporter, "/api/book-requests/" + second + "/cancel", Map.of());
    follow(cast, supporter);
    get(supporter, "/api/book-requests/quota" + creator);
    get(admin, "/api/book-requests/pending-count" + creator);
    get(admin, "/api/book-requests/counts" + creator);
    get(admin, "/api/book-requests.csv" + creator);
    long third = post(supporter, "/api/book-requests", wanted).body().get("id").asLong();
    post(
        admin,
        "/api/book-requests/respond",
        Map.of(
            "creator_id", cast.creator().id(), "ids", List.of(first, third), "status", "rejected"));
    canned(admin, cast, creator);
    String times = "&from=2026-01-01T00:00:00Z&to=2090-01-01T00:00:00Z";
    for (String filter : List.of("&kind=reply_added", "&actor_id=" + cast.team().id(), times)) {
      pages(admin, "/api/activity" + creator + filter);
    }
    get(admin, "/api/activity.csv" + creator + times);
    get(admin, "/api/supporters/" + cast.supporter().id() + creator);
    get(admin, "/api/book-requests/" + first + "/receipts");
    pages(admin, "/api/book-requests/" + first + "/replies?");
    get(supporter, "/api/book-requests/" + first + "/seen");
    pages(admin, "/api/activity" + creator);
  }

  private void canned(TestClient admin, Cast cast, String creator) {
    var soon = Map.of("creator_id", cast.creator().id(), "name", "Soon", "body", "In spring.");
    Reply made = post(admin, "/api/canned-responses", soon);
    String path = "/api/canned-responses/" + made.body().get("id").asLong();
    get(admin, "/api/canned-responses" + creator);
    patch(admin, path, Map.of("body", "In May."));
    send(admin, "DELETE", path, null);
  }

  private void follow(Cast cast, TestClient supporter) {
    long id = cast.other().ask(cast.creator(), "The Mill on the Floss");
    String asked = "/api/book-requests/asked?creator_id=" + cast.creator().id();
    for (TestClient asker : List.of(supporter, cast.creator().client())) {
      get(asker, asked + "&q=mill");
      get(asker, asked + "&q=the+mill+flo");
    }
    patch(
        cast.creator().client(),
        "/api/creators/" + cast.creator().id(),
        Map.of("shows_asked", false));
    get(supporter, asked + "&q=mill");
    patch(
        cast.creator().client(),
        "/api/creators/" + cast.creator().id(),
        Map.of("shows_asked", true));
    post(supporter, "/api/book-requests/" + id + "/follow", Map.of());
    post(
        supporter,
        "/api/book-requests/" + cast.other().ask(cast.creator(), "Romola") + "/follow",
        Map.of());
    pages(supporter, "/api/book-requests/following?");
    send(supporter, "DELETE", "/api/book-requests/" + id + "/follow", null);
    get(supporter, "/api/books/search?q=mill");
  }

  private void creator(TestServer server, Cast cast) {
    TestClient creator = cast.creator().client();
    long id = cast.creator().id();
    String query = "?creator_id=" + id;
    get(cast.supporter().client(), "/api/creators/" + id);
    patch(creator, "/api/creators/" + id, Map.of("notice", "Back soon"));
    String picture = "/api/creators/" + id + "/picture";
    called.add(CONTRACT.call("PUT", picture));
    creator.put(picture, Images.of("jpeg", 3, 2), "image/jpeg").expect(200);
    get(creator, picture);
    send(creator, "DELETE", picture, null);
    get(creator, "/api/tiers" + query);
    long monthly =
        post(
                creator,
                "/api/tiers",
                Map.of(
                    "creator_id", id, "name", "Monthly", "requests_allowed", 2, "period", "month"))
            .body()
            .get("id")
            .asLong();
    for (String filter : List.of("", "&q=cast")) {
      pages(creator, "/api/supporters" + query + filter);
    }
    String supporter = "/api/supporters/" + cast.supporter().id();
    patch(creator, supporter + query, Map.of("tier_id", monthly));
    post(creator, supporter + "/grant" + query, Map.of("amount", 1, "reason", "thanks"));
    patch(creator, "/api/tiers/" + monthly, Map.of("requests_allowed", 3));
    await().until(() -> statements.anyContains("DELETE FROM tier_announcement"));
    invitations(server, creator, id, monthly);
    memberships(creator, cast, monthly);
  }

  private void memberships(TestClient creator, Cast cast, long monthly) {
    long id = cast.creator().id();
    long user = cast.supporter().id();
    String query = "?creator_id=" + id;
    String supporter = "/api/supporters/" + user;
    patch(creator, supporter + query, Map.of("own_allowance", 9));
    var terms =
        Map.of(
            "creator_id",
            id,
            "name",
            "Rolling",
            "requests_allowed",
            2,
            "period",
            "rolling",
            "days",
            7);
    long rolling = post(creator, "/api/tiers", terms).body().get("id").asLong();
    patch(creator, supporter + query, Map.of("tier_id", rolling));
    post(
        creator,
        "/api/book-requests/" + cast.supporter().ask(cast.creator(), "Silas") + "/respond",
        Map.of("status", "rejected"));
    patch(creator, "/api/creators/" + id, Map.of("time_zone", "Asia/Tokyo"));
    send(creator, "DELETE", "/api/tiers/" + monthly, "{\"move_to\": " + rolling + "}");
    send(creator, "DELETE", supporter + query, null);
    pages(creator, "/api/former-supporters" + query);
    post(creator, "/api/supporters", Map.of("creator_id", id, "user_id", user, "tier_id", rolling));
    String list = "/api/supporters/import" + query;
    called.add(CONTRACT.call("POST", list));
    String csv = "email,tier\n" + cast.supporter().email() + ",Patron\nnew@plans.test,Patron\n";
    creator.send("POST", list, csv, Map.of("Content-Type", "text/csv")).expect(200);
    post(creator, supporter + "/block" + query, Map.of());
    send(creator, "DELETE", supporter + "/block" + query, null);
  }

  private void invitations(TestServer server, TestClient creator, long id, long tier) {
    var terms = Map.of("creator_id", id, "kind", "supporter", "tier_id", tier, "uses", 5);
    Reply made = post(creator, "/api/invitations", terms);
    String link = made.body().get("url").asText();
    get(creator, "/api/invitations?creator_id=" + id);
    get(creator, "/api/invitations/" + made.body().get("id").asLong());
    post(server.client(), "/api/auth/accept", newcomer(link, "joins@plans.test"));
    send(creator, "DELETE", "/api/invitations/" + made.body().get("id").asLong(), null);
  }

  private void team(Cast cast) {
    TestClient creator = cast.creator().client();
    String query = "?creator_id=" + cast.creator().id();
    get(creator, "/api/team" + query);
    var added = Map.of("creator_id", cast.creator().id(), "email", cast.other().email());
    post(creator, "/api/team/add", added);
    String member = "/api/team/" + cast.other().id() + query;
    patch(creator, member, Map.of("role", "people"));
    patch(creator, member, Map.of("active", false));
    send(creator, "DELETE", member, null);
  }

  private void socket(TestServer server) {
    Cast cast = server.cast();
    long id = cast.supporter().id();
    try (var socket = cast.supporter().client().connect(id)) {
      socket.await("initial_data");
      cast.supporter().ask(cast.creator(), "Kindred");
      long seq = socket.await("book_request_update").get("seq").asLong();
      socket.send("{\"type\":\"ping\"}");
      socket.send("{\"type\":\"answering\",\"book_request_id\":1}");
      socket.send("{\"type\":\"ack\",\"seq\":" + seq + "}");
      await().until(() -> statements.anyContains("INSERT INTO receipt"));
    }
    try (var again = cast.supporter().client().connect(id, "1")) {
      again.await("resumed");
    }
    get(cast.supporter().client(), "/api/messages");
    post(cast.supporter().client(), "/api/messages/ack", Map.of("seq", 1));
  }

  /** The tasks that the server runs once a minute, with work to do for each. */
  private void housekeeping(TestServer server) {
    var services = new Services(Services.ClientNotifier.noOp());
    var messageRetention =
        new MessageRetention(
            services.inbox,
            services.receipts,
            services.sessions,
            services.keys,
            Duration.ofDays(-1));
    List<Consumer<Transaction>> steps =
        List.of(
            tx -> messageRetention.removeBatch(tx, new UserId(1)),
            tx -> services.asked.indexOlder(tx),
            tx -> services.periodTurns.renewBatch(tx.atTime(later().plus(Duration.ofDays(40)))),
            tx -> {
              while (services.nameErasure.eraseBatch(tx.atTime(later()))) {
                // the next step
              }
            },
            tx -> services.renamed.indexBatch(tx.atTime(Instant.now().plus(Duration.ofDays(1)))),
            services.accounts::migrateOlderAccounts,
            ActivityMigration::migrateBatch,
            NotificationMigration::migrateBatch,
            tx -> services.tickets.removeExpired(tx),
            services.resetLinks::removeExpired,
            services.handovers::removeExpired,
            services.sessions::removeEndedMarkers,
            tx -> services.sessions.endExpired(tx.atTime(Instant.now().plus(Duration.ofDays(400)))),
            tx -> services.keys.removeExpired(tx.atTime(Instant.now().plus(Duration.ofDays(400)))),
            tx -> services.keys.revokeAll(tx, new UserId(1)),
            tx ->
                services.loginLimit.removeExpired(
                    tx.atTime(Instant.now().plus(Duration.ofDays(1)))),
            tx ->
                IdempotencyService.deleteExpired(
                    tx.atTime(Instant.now().plus(Duration.ofDays(9)))));
    for (Consumer<Transaction> step : steps) {
      server
          .database()
          .write(
              tx -> {
                step.accept(tx);
                return true;
              })
          .join();
    }
    assertThat(statements.anyContains("DELETE FROM message")).isTrue();
    assertThat(statements.anyContains("DELETE FROM idempotency_key")).isTrue();
  }

  private static Instant later() {
    return Instant.now().plus(Duration.ofDays(1));
  }

  /** Fetches the first page, and the second one if there is any. */
  private void pages(TestClient client, String path) {
    String and = path.endsWith("?") ? "" : "&";
    String cursor = get(client, path + and + "limit=1").body().path("next_cursor").asText("");
    if (!cursor.isEmpty() && !cursor.equals("null")) {
      get(client, path + and + "limit=1&cursor=" + cursor);
    }
  }

  private Reply get(TestClient client, String path) {
    return send(client, "GET", path, null);
  }

  private Reply post(TestClient client, String path, Map<String, ?> body) {
    return send(client, "POST", path, body.isEmpty() ? "" : Json.writeAsString(body));
  }

  private Reply patch(TestClient client, String path, Map<String, ?> body) {
    return send(client, "PATCH", path, Json.writeAsString(body));
  }

  private Reply send(TestClient client, String method, String path, String json) {
    called.add(CONTRACT.call(method, path));
    Reply reply = client.send(method, path, json, Map.of());
    assertThat(reply.status()).as("%s %s: %s", method, path, reply.raw().body()).isLessThan(300);
    return reply;
  }
}
