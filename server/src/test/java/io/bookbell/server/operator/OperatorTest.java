package io.bookbell.server.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.account.ExternalSignIns;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.json.Json;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTargetStore;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.support.StandInProvider;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The operator's view of people, and what the operator does with accounts. */
@ParameterizedClass
@EnumSource
class OperatorTest {
  private static final int SESSION_ENDED = 4401;

  @Parameter TestDatabase kind;

  @TempDir Path folder;
  private final StandInProvider provider = new StandInProvider();
  private TestServer server;
  private Cast cast;
  private TestClient operator;

  @BeforeEach
  void start() {
    server =
        TestServer.demo(
            TestServer.config(kind.create(folder))
                .withProviders(List.of(provider.config("1", Optional.empty()))));
    cast = server.cast();
    operator = cast.stranger().client();
    change("UPDATE app_user SET operator = TRUE WHERE id = ?", cast.stranger().id());
  }

  @AfterEach
  void stop() {
    server.close();
    provider.close();
  }

  private void change(String sql, long user) {
    server.database().write(tx -> tx.update(sql, user)).join();
  }

  private static String path(Person person) {
    return "/api/operator/accounts/" + person.id();
  }

  private Reply order(String path) {
    return operator.send("POST", path, null, Map.of());
  }

  private JsonNode account(Person person) {
    return operator.get(path(person)).expect(200).body();
  }

  @Test
  void theOperatorSeesAccountsAndWhoIsConnected() {
    JsonNode found =
        operator.get("/api/operator/accounts?q=supporter&limit=50").expect(200).body().get("items");
    assertThat(found)
        .extracting(each -> each.get("email").asText())
        .contains(cast.supporter().email());
    JsonNode page = operator.get("/api/operator/accounts?limit=2").expect(200).body();
    String next = page.get("next_cursor").asText();
    JsonNode second = operator.get("/api/operator/accounts?limit=2&cursor=" + next).body();
    assertThat(second.at("/items/0/id").asLong()).isLessThan(page.at("/items/1/id").asLong());

    try (TestSocket socket = cast.creator().client().connect(cast.creator().id())) {
      long request = cast.supporter().ask(cast.creator(), "Emma");
      assertThat(request).isPositive();
      JsonNode connected =
          operator.get("/api/operator/connections").expect(200).body().get("items");
      assertThat(connected).hasSize(1);
      assertThat(connected.get(0).get("user_id").asLong()).isEqualTo(cast.creator().id());
      assertThat(connected.get(0).get("connections").asInt()).isEqualTo(1);
      assertThat(connected.get(0).get("head").asLong()).isPositive();

      long session = connected.get(0).at("/sessions/0/id").asLong();
      operator.delete(path(cast.creator()) + "/sessions/" + session).expect(204);
      assertThat(socket.awaitClosed()).isEqualTo(SESSION_ENDED);
      operator.delete(path(cast.creator()) + "/sessions/" + session).expect(404);
    }
  }

  /** Nothing sends mail here. */
  @Test
  void theOperatorSeesWhatWaitsWasSentAndFailed() {
    var targets = new NewsTargetStore();
    var outbox = new OutboxStore();
    var user = new UserId(cast.creator().id());
    assertThat(operator.get("/api/operator/outbox").expect(200).body().get("items")).isEmpty();
    server
        .database()
        .write(
            tx -> {
              var mail = NewTarget.channel(user, NewsKind.MAIL, "ada@home.test", "{}", true);
              long target = targets.create(tx, mail).id();
              settle(tx, outbox.addForTarget(tx, target, "test", "{}"), "sent", Duration.ZERO);
              settle(tx, outbox.addForTarget(tx, target, "test", "{}"), "failed", Duration.ZERO);
              settle(tx, outbox.addForTarget(tx, target, "test", "{}"), "sent", Duration.ofDays(2));
              outbox.addForTarget(tx, target, "test", "{}");
              return tx.update(
                  """
                  INSERT INTO news_service (kind, failures, failing_since, retry_at, error)
                  VALUES ('mail', 1, ?, ?, 'no answer')\
                  """,
                  tx.now(),
                  tx.now());
            })
        .join();

    JsonNode mails = operator.get("/api/operator/outbox").expect(200).body().get("items");
    assertThat(mails).hasSize(1);
    assertThat(mails.get(0).toString())
        .startsWith(
            "{\"kind\":\"mail\",\"waiting\":1,\"sent\":1,\"failed\":1,\"error\":\"no answer\"");
  }

  private static void settle(Transaction tx, long item, String state, Duration ago) {
    tx.update(
        "UPDATE outbox_item SET state = ?, settled_at = ? WHERE id = ?",
        state,
        tx.now().minus(ago),
        item);
  }

  @Test
  void aDisabledAccountIsSignedOutEverywhereAndStaysOut() {
    Person supporter = cast.supporter();
    TestClient program = server.withKey(supporter.id(), KeyScope.READ);
    try (TestSocket socket = supporter.client().connect(supporter.id());
        TestSocket other = program.connect(supporter.id())) {
      JsonNode disabled = order(path(supporter) + "/disable").expect(200).body();
      assertThat(disabled.get("disabled_at").isNull()).isFalse();
      assertThat(socket.awaitClosed()).isEqualTo(SESSION_ENDED);
      assertThat(other.awaitClosed()).isEqualTo(SESSION_ENDED);
    }
    supporter.client().get("/api/me").expect(401);
    program.get("/api/me").expect(401);
    assertThat(signIn(supporter, TestServer.PASSWORD, 403)).isEqualTo("account_disabled");
    assertThat(order(path(supporter) + "/reset").expect(409).code()).isEqualTo("account_disabled");

    long announced = externalEnd(supporter);
    order(path(supporter) + "/enable").expect(200);
    signIn(supporter, TestServer.PASSWORD, 200);
    order(path(supporter) + "/disable").expect(200);
    assertThat(externalEnd(supporter)).isGreaterThan(announced); // other nodes learn of it again
    order(path(supporter) + "/enable").expect(200);
    assertThat(order(path(cast.stranger()) + "/disable").expect(409).code())
        .isEqualTo("own_account");
  }

  /** When all nodes were told last to close the sockets of somebody's external sign-ins. */
  private long externalEnd(Person person) {
    return server
        .database()
        .read(
            tx ->
                tx.query(
                        "SELECT ended_at FROM ended_session WHERE token_hash = ?",
                        ExternalSignIns.sessionOf(new UserId(person.id())))
                    .single(row -> row.getLong("ended_at")))
        .join();
  }

  private String signIn(Person person, String password, int status) {
    String body = Json.writeAsString(Map.of("email", person.email(), "password", password));
    return server.client().post("/api/auth/login", body).expect(status).code();
  }

  @Test
  void somebodyBecomesACreatorWhileConnected() {
    Person supporter = cast.other();
    try (TestSocket socket = supporter.client().connect(supporter.id())) {
      operator.post(path(supporter) + "/creator", Map.of("name", "Night Shelf")).expect(200);
      JsonNode told = socket.await("access_changed");
      assertThat(told.get("role").asText()).isEqualTo("admin");
    }
    assertThat(supporter.client().get("/api/me").body().at("/admin_of/0/creator_name").asText())
        .isEqualTo("Night Shelf");
    assertThat(
            operator.post(path(supporter) + "/creator", Map.of("name", "Again")).expect(409).code())
        .isEqualTo("already_creator");
  }

  @Test
  void aResetLinkEndsEverythingElseAndGetsAnOperatorBackIn() {
    assertThat(
            operator.patch("/api/operator/sign-in", Map.of("passwords", false)).expect(409).code())
        .isEqualTo("no_other_way");
    identity(cast.stranger());
    identity(cast.supporter());
    JsonNode settings =
        operator.patch("/api/operator/sign-in", Map.of("passwords", false)).expect(200).body();
    assertThat(settings.get("passwords").asBoolean()).isFalse();
    assertThat(server.client().get("/api/auth/methods").body().get("password").asBoolean())
        .isFalse();
    assertThat(signIn(cast.supporter(), TestServer.PASSWORD, 403)).isEqualTo("passwords_off");

    String link = order(path(cast.supporter()) + "/reset").expect(201).body().get("url").asText();
    var reset = Map.of("token", link.replaceFirst(".*#", ""), "password", "twelve red apples");
    TestClient back = server.client();
    back = back.as(back.post("/api/auth/reset", reset).expect(200));
    assertThat(back.userId()).isEqualTo(cast.supporter().id());
    assertThat(account(cast.supporter()).get("identities").asInt()).isZero();

    operator.patch("/api/operator/sign-in", Map.of("passwords", true)).expect(200);
    signIn(cast.supporter(), "twelve red apples", 200);
  }

  @Test
  void anOpenPageOfAnOperatorMakesNoLinkToAnOperatorsAccount() {
    assertThat(order(path(cast.stranger()) + "/reset").expect(409).code())
        .isEqualTo("operator_account");
    change("UPDATE app_user SET operator = TRUE WHERE id = ?", cast.other().id());
    assertThat(order(path(cast.other()) + "/reset").expect(409).code())
        .isEqualTo("operator_account");
    order(path(cast.supporter()) + "/reset").expect(201);
  }

  private void identity(Person person) {
    server
        .database()
        .write(
            tx ->
                tx.update(
                    "INSERT INTO oidc_identity (user_id, issuer, subject, created_at) VALUES (?, ?,"
                        + " ?, 1)",
                    person.id(),
                    provider.config("1", Optional.empty()).issuer().toString(),
                    "sub " + person.id()))
        .join();
  }

  @Test
  void anAccountWithoutAPasswordConfirmsWithAFreshSession() {
    Person supporter = cast.supporter();
    change("UPDATE app_user SET password_hash = '' WHERE id = ?", supporter.id());
    change("UPDATE session SET created_at = created_at - 700000 WHERE user_id = ?", supporter.id());
    identity(supporter);
    TestClient old = supporter.client();
    assertThat(
            old.post("/api/auth/password", Map.of("new", "eleven green pears")).expect(403).code())
        .isEqualTo("sign_in_again");

    change("UPDATE session SET created_at = created_at + 700000 WHERE user_id = ?", supporter.id());
    old.post("/api/auth/password", Map.of("new", "eleven green pears")).expect(204);
    signIn(supporter, "eleven green pears", 200);
    // As if the answer had been lost.
    old.post("/api/auth/password", Map.of("new", "eleven green pears")).expect(204);
    old.post("/api/auth/password", Map.of("new", "twelve red apples")).expect(400);
    change("UPDATE app_user SET password_hash = '' WHERE id = ?", supporter.id());
    old.delete("/api/me").expect(204);
  }

  @Test
  void aWayInIsAddedByItsOwnerAndNotByWhoeverFindsAnOpenPage() {
    Person supporter = cast.supporter();
    TestClient page = supporter.client();
    for (String path : List.of("/api/passkeys/options", "/api/auth/oidc/1/link")) {
      page.post(path, Map.of()).expect(200);
      change(
          "UPDATE session SET created_at = created_at - 700000 WHERE user_id = ?", supporter.id());
      assertThat(page.post(path, Map.of()).expect(403).code()).isEqualTo("password_needed");
      assertThat(page.post(path, Map.of("password", "wrong")).expect(403).code())
          .isEqualTo("wrong_password");
      page.post(path, Map.of("password", TestServer.PASSWORD)).expect(200);

      change("UPDATE app_user SET password_hash = '' WHERE id = ?", supporter.id());
      assertThat(page.post(path, Map.of()).expect(403).code()).isEqualTo("sign_in_again");
      setPassword(supporter);
      change(
          "UPDATE session SET created_at = created_at + 700000 WHERE user_id = ?", supporter.id());
    }
  }

  /** As that of the others. */
  private void setPassword(Person person) {
    server
        .database()
        .write(
            tx ->
                tx.update(
                    "UPDATE app_user SET password_hash ="
                        + " (SELECT password_hash FROM app_user WHERE id = ?) WHERE id = ?",
                    cast.other().id(),
                    person.id()))
        .join();
  }

  @Test
  void nobodyElseLearnsThatThereIsAnOperatorsPage() {
    cast.creator().client().get("/api/operator/accounts").expect(404);
    operator.get("/api/operator/accounts").expect(200);
    change("UPDATE app_user SET operator = FALSE WHERE id = ?", cast.stranger().id());
    order(path(cast.supporter()) + "/disable").expect(404); // though the caller is remembered
    operator.get("/api/operator/accounts").expect(404);
    server.withKey(cast.stranger().id(), KeyScope.ADMIN).get("/api/operator/accounts").expect(403);
  }
}
