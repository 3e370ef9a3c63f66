package io.bookbell.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.StandInPatreon;
import io.bookbell.server.support.StandInPatreon.Patron;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Supporters follow Patreon and Ko-fi, over the API. */
@ParameterizedClass
@EnumSource
class PatreonTest {
  @Parameter TestDatabase database;
  @TempDir Path folder;

  private final StandInPatreon patreon = new StandInPatreon();
  private TestServer server;
  private Cast cast;
  private TestClient creator;
  private long id;
  private long gold;

  @BeforeEach
  void open() {
    server =
        TestServer.with(TestServer.config(database.create(folder)).withPatreon(patreon.config()));
    cast = server.cast();
    creator = cast.creator().client();
    id = cast.creator().id();
    var terms = Map.of("creator_id", id, "name", "Gold", "requests_allowed", 9);
    gold = creator.post("/api/tiers", terms).expect(201).body().get("id").asLong();
    patreon.addTier("t1", "Reader");
    patreon.addTier("t9", "Gold");
  }

  @AfterEach
  void close() {
    server.close();
    patreon.close();
  }

  @Test
  void membersFollowTheirTierFromTheFirstSyncToTheEnd() {
    Cast.Person patron = cast.stranger();
    patreon.put(new Patron("7", patron.email(), "active_patron", List.of("t1")));
    connect();
    assertThat(patreon.webhookAddresses())
        .containsExactly(server.url() + "/api/patreon/webhook/" + id);

    map(0);
    awaitTier(patron, cast.tier());
    assertThat(ledger(patron)).containsExactly("null→" + nameOf(cast.tier()));

    send(new Patron("7", patron.email(), "active_patron", List.of("t1", "t9")), 2);
    awaitTier(patron, gold);
    send(new Patron("7", patron.email(), "declined_patron", List.of()), 2);
    await().until(() -> memberships(patron).isEmpty());
    assertThat(
            cast.team()
                .client()
                .get("/api/activity?creator_id=" + id)
                .body()
                .findValuesAsText("kind"))
        .contains("supporter_joined", "supporter_tier_followed", "supporter_left");

    send(new Patron("7", patron.email(), "active_patron", List.of("t9")), 1);
    awaitTier(patron, gold);
    String reader = nameOf(cast.tier());
    assertThat(ledger(patron))
        .containsExactly("null→" + reader, reader + "→Gold", "Gold→null", "null→Gold");
  }

  @Test
  void aForgedEventIsRefused() {
    connect();
    String event = StandInPatreon.event(new Patron("7", "x@test.example", null, List.of()));
    String path = "/api/patreon/webhook/" + id;
    Reply forged =
        server.client().send("POST", path, event, Map.of("X-Patreon-Signature", "00")).expect(403);
    assertThat(forged.code()).isEqualTo("invalid_signature");
    server.client().send("POST", path, event, Map.of()).expect(403);
    server
        .client()
        .send("POST", "/api/patreon/webhook/999999", event, Map.of("X-Patreon-Signature", "00"))
        .expect(404);
  }

  @Test
  void aRevokedAccessIsShownUntilItIsConnectedAgain() {
    Cast.Person patron = cast.stranger();
    patreon.put(new Patron("7", patron.email(), "active_patron", List.of("t1")));
    connect();
    map(7);
    awaitTier(patron, cast.tier());

    patreon.expireAccess();
    sync().expect(200);
    patreon.breakDown(true);
    assertThat(sync().expect(502).code()).isEqualTo("source_unavailable");
    patreon.breakDown(false);
    patreon.revokeAccess(true);
    assertThat(sync().expect(502).code()).isEqualTo("source_revoked");
    assertThat(state().path("problem").asText()).isEqualTo("revoked");
    assertThat(creator.get("/api/activity?creator_id=" + id).body().findValuesAsText("kind"))
        .contains("source_failed");
    assertThat(memberships(patron)).as("nobody loses anything by it").hasSize(1);
    sync().expect(502);
    assertThat(creator.get("/api/notifications").body().findValuesAsText("kind"))
        .as("told once")
        .containsExactly("source_failed");
    int calls = patreon.calls().size();
    send(new Patron("7", patron.email(), "active_patron", List.of("t9")), 2);
    assertThat(patreon.calls()).as("not asked until connected again").hasSize(calls);

    patreon.revokeAccess(false);
    connect();
    assertThat(state().path("problem").isNull()).isTrue();
    awaitTier(patron, gold);
    assertThat(sync().expect(200).body().path("changed").asInt()).isZero();

    creator.delete("/api/patreon?creator_id=" + id).expect(204);
    assertThat(state().path("connected").asBoolean()).isFalse();
    assertThat(memberships(patron)).hasSize(1);
  }

  @Test
  void supportersConnectTheirOwnAccountInsteadOfAnInvitation() {
    connect();
    map(7);
    patreon.put(new Patron("7", "elsewhere@test.example", "active_patron", List.of("t9")));
    patreon.put(new Patron("8", "newcomer@test.example", "active_patron", List.of("t1")));
    Cast.Person known = cast.stranger();

    String url = begin(known.client(), Map.of());
    var back = codeOf(url, "7");
    cast.team().client().post("/api/patreon/finish", back).expect(404);
    Reply linked = known.client().post("/api/patreon/finish", back).expect(200);
    known.client().post("/api/patreon/finish", back).expect(404);
    assertThat(linked.body().at("/creator_ids/0").asLong()).isEqualTo(id);
    awaitTier(known, gold);

    TestClient newcomer = server.client();
    Reply admitted = finish(newcomer, Map.of(), "8").expect(200);
    assertThat(admitted.body().path("email").asText()).isEqualTo("newcomer@test.example");
    var account =
        Map.of(
            "token", admitted.body().path("token").asText(),
            "email", "other@test.example",
            "display_name", "Newcomer",
            "password", "twelve red apples");
    TestClient joined = newcomer.as(newcomer.post("/api/patreon/join", account).expect(200));
    assertThat(joined.get("/api/me").body().at("/memberships/0/creator_id").asLong()).isEqualTo(id);
    Reply again = finish(server.client(), Map.of(), "8").expect(200);
    assertThat(again.body().at("/user/id").asLong()).isEqualTo(joined.userId());
    finish(server.client(), Map.of(), "nobody").expect(404);

    var anonymous = codeOf(begin(server.client(), Map.of()), "8");
    known.client().post("/api/patreon/finish", anonymous).expect(404);
    known.client().delete("/api/patreon/account").expect(204);
    finish(server.client(), Map.of(), "7").expect(200);
  }

  @Test
  void theAccountAtPatreonIsConnectedByItsOwnerAndNotByWhoeverFindsAnOpenPage() {
    connect();
    TestClient page = cast.stranger().client();
    age(cast.stranger(), 700_000);

    assertThat(page.post("/api/patreon/connect", Map.of()).expect(403).code())
        .isEqualTo("password_needed");
    assertThat(page.post("/api/patreon/connect", Map.of("password", "wrong")).expect(403).code())
        .isEqualTo("wrong_password");
    finish(page, Map.of("password", TestServer.PASSWORD), "7").expect(200);
    finish(server.client(), Map.of(), "7").expect(200);
    age(cast.creator(), 700_000); // nobody signs in with a campaign
    creator.post("/api/patreon/connect", Map.of("creator_id", id)).expect(200);
  }

  private void age(Cast.Person person, long millis) {
    change("UPDATE session SET created_at = created_at - ? WHERE user_id = ?", millis, person.id());
  }

  private void change(String sql, Object... values) {
    server.database().write(tx -> tx.update(sql, values)).join();
  }

  @Test
  void aLinkForANewPasswordEndsTheSignInWithPatreon() {
    connect();
    Cast.Person known = cast.stranger();
    change("UPDATE app_user SET operator = TRUE WHERE id = ?", id);
    assertThat(known.client().get("/api/patreon/account").body().path("linked_at").isNull())
        .isTrue();
    finish(known.client(), Map.of(), "7").expect(200);
    finish(server.client(), Map.of(), "7").expect(200);
    JsonNode linked = known.client().get("/api/patreon/account").expect(200).body();
    assertThat(linked.path("linked").asBoolean()).isTrue();
    assertThat(linked.path("linked_at").isTextual()).isTrue();
    String account = "/api/operator/accounts/" + known.id();
    assertThat(creator.get(account).expect(200).body().path("patreon").asBoolean()).isTrue();

    String link =
        creator
            .send("POST", account + "/reset", null, Map.of())
            .expect(201)
            .body()
            .path("url")
            .asText();
    var reset = Map.of("token", link.replaceFirst(".*#", ""), "password", "eleven green pears");
    server.client().post("/api/auth/reset", reset).expect(200);

    finish(server.client(), Map.of(), "7").expect(404);
    assertThat(creator.get(account).expect(200).body().path("patreon").asBoolean()).isFalse();
  }

  @Test
  void aDisabledAccountIsNotSignedInThroughPatreon() {
    connect();
    map(7);
    assertThat(server.client().get("/api/auth/methods").body().path("patreon").asBoolean())
        .isTrue();
    Cast.Person known = cast.stranger();
    finish(known.client(), Map.of(), "7").expect(200);
    finish(server.client(), Map.of(), "7").expect(200);
    server
        .database()
        .write(
            tx ->
                tx.update("UPDATE app_user SET disabled_at = ? WHERE id = ?", tx.now(), known.id()))
        .join();
    assertThat(finish(server.client(), Map.of(), "7").expect(403).code())
        .isEqualTo("account_disabled");
  }

  @Test
  void nothingIsReadForACreatorWhoseAccountIsRemoved() {
    connect();
    for (JsonNode each : creator.get("/api/supporters?creator_id=" + id).body().path("items")) {
      creator
          .delete("/api/supporters/" + each.path("user_id").asLong() + "?creator_id=" + id)
          .expect(204);
    }
    var password = Json.writeAsString(Map.of("password", TestServer.PASSWORD));
    creator.send("DELETE", "/api/me", password, Map.of()).expect(204);
    for (String table : List.of("membership_source", "source_secret", "source_tier")) {
      assertThat(
              server
                  .database()
                  .<Boolean>read(tx -> tx.query("SELECT 1 FROM " + table).exists())
                  .join())
          .as(table)
          .isFalse();
    }
  }

  @Test
  void paymentsAtKofiGiveATierForAMonth() {
    Cast.Person patron = cast.stranger();
    creator
        .put(
            "/api/kofi",
            Json.writeAsBytes(Map.of("creator_id", id, "verification_token", "a token of Ko-fi")),
            "application/json")
        .expect(204);
    pay("another token", patron.email()).expect(403);
    pay("a token of Ko-fi", patron.email()).expect(200);
    pay("a token of Ko-fi", patron.email()).expect(200);
    var mapped = Map.of("kofi_tier_id", "Bookworm", "tier_id", gold);
    creator
        .put(
            "/api/kofi/tiers",
            Json.writeAsBytes(Map.of("creator_id", id, "map", List.of(mapped))),
            "application/json")
        .expect(204);
    awaitTier(patron, gold);
    assertThat(ledger(patron)).containsExactly("null→Gold");
    assertThat(memberIds()).singleElement().asString().doesNotContain("@");

    useAddressAsId();
    pay("a token of Ko-fi", patron.email()).expect(200);
    assertThat(memberIds()).as("as before").singleElement().asString().doesNotContain("@");
  }

  private List<String> memberIds() {
    return server
        .database()
        .read(
            tx ->
                tx.query("SELECT external_id FROM source_member")
                    .list(row -> row.getString("external_id")))
        .join();
  }

  /** As versions before did. */
  private void useAddressAsId() {
    server.database().write(tx -> tx.update("UPDATE source_member SET external_id = email")).join();
  }

  private Reply pay(String token, String email) {
    var data =
        Map.of(
            "verification_token",
            token,
            "timestamp",
            Instant.now().toString(),
            "email",
            email,
            "is_subscription_payment",
            true,
            "tier_name",
            "Bookworm");
    String form = "data=" + URLEncoder.encode(Json.writeAsString(data), UTF_8);
    return server
        .client()
        .sendBytes(
            "POST",
            "/api/kofi/webhook/" + id,
            form.getBytes(UTF_8),
            "application/x-www-form-urlencoded");
  }

  private void connect() {
    Reply done = finish(creator, Map.of("creator_id", id), "creator").expect(200);
    assertThat(done.body().path("purpose").asText()).isEqualTo("creator");
    await().until(() -> state().path("synced_at").isTextual() && state().path("problem").isNull());
  }

  private Reply finish(TestClient client, Map<String, ?> whose, String patreonUser) {
    return client.post("/api/patreon/finish", codeOf(begin(client, whose), patreonUser));
  }

  private static String begin(TestClient client, Map<String, ?> whose) {
    return client.post("/api/patreon/connect", whose).expect(200).body().path("url").asText();
  }

  private Map<String, String> codeOf(String url, String patreonUser) {
    var back = patreon.allow(url, patreonUser);
    return Map.of("code", back.get("code"), "state", back.get("state"));
  }

  private JsonNode state() {
    return creator.get("/api/patreon?creator_id=" + id).expect(200).body();
  }

  private Reply sync() {
    return creator.send("POST", "/api/patreon/sync?creator_id=" + id, null, Map.of());
  }

  private void map(int graceDays) {
    var map =
        List.of(
            Map.of("patreon_tier_id", "t1", "tier_id", cast.tier()),
            Map.of("patreon_tier_id", "t9", "tier_id", gold));
    var body = Map.of("creator_id", id, "map", map, "grace_days", graceDays);
    creator.put("/api/patreon/tiers", Json.writeAsBytes(body), "application/json").expect(204);
  }

  /** Changes a patron and sends the event, several times. */
  private void send(Patron patron, int times) {
    patreon.put(patron);
    for (int sent = 0; sent < times; sent++) {
      StandInPatreon.sendEvent(server.client(), id, patron);
    }
  }

  private void awaitTier(Cast.Person person, long tier) {
    await()
        .untilAsserted(
            () ->
                assertThat(
                        creator
                            .get("/api/supporters/" + person.id() + "?creator_id=" + id)
                            .body()
                            .path("tier_id")
                            .asLong())
                    .isEqualTo(tier));
  }

  private static List<JsonNode> memberships(Cast.Person person) {
    return List.copyOf(
        person.client().get("/api/me").body().path("memberships").findParents("tier"));
  }

  private List<String> ledger(Cast.Person person) {
    var lines =
        creator.get("/api/supporters/" + person.id() + "?creator_id=" + id).body().path("entries");
    return lines.findParents("kind").reversed().stream()
        .filter(line -> line.path("kind").asText().equals("tier"))
        .map(line -> line.path("reason").asText() + "→" + line.path("title").asText())
        .toList();
  }

  private String nameOf(long tier) {
    for (JsonNode each : creator.get("/api/tiers?creator_id=" + id).body().path("items")) {
      if (each.path("id").asLong() == tier) {
        return each.path("name").asText();
      }
    }
    throw new AssertionError("no tier " + tier);
  }
}
