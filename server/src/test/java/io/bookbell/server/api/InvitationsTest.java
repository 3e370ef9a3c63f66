package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Invitation links, from creating one to joining with it. */
class InvitationsTest {

  @ParameterizedTest
  @EnumSource
  void aNewcomerBecomesASupporterOfTheTier(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    Reply made = invite(cast, Map.of("kind", "supporter", "tier_id", cast.tier()));

    assertThat(made.body().get("url").asText()).startsWith(server.url() + "/join#");
    assertThat(made.body().get("uses").asInt()).isEqualTo(1);
    String email = UUID.randomUUID() + "@Join.test";
    Reply joined = accept(server.client(), token(made), email).expect(200);

    assertThat(joined.raw().headers().firstValue("Set-Cookie")).isPresent();
    assertThat(joined.body().at("/user/email").asText()).isEqualTo(email.toLowerCase(Locale.ROOT));
    JsonNode me = server.client().as(joined).get("/api/me").expect(200).body();
    assertThat(me.at("/memberships/0/creator_id").asLong()).isEqualTo(cast.creator().id());
    assertThat(me.at("/memberships/0/requests_allowed").asInt()).isEqualTo(3);
    assertThat(me.get("admin_of")).isEmpty();
    accept(server.client(), token(made), "x" + email).expect(404);
  }

  @ParameterizedTest
  @EnumSource
  void aNewcomerBecomesATeamMember(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    Reply made = invite(cast, Map.of("kind", "team"));
    Reply joined = accept(server.client(), token(made), UUID.randomUUID() + "@t").expect(200);

    JsonNode me = server.client().as(joined).get("/api/me").body();
    assertThat(me.at("/admin_of/0/creator_id").asLong()).isEqualTo(cast.creator().id());
    Reply team = cast.creator().client().get("/api/team?creator_id=" + cast.creator().id());
    assertThat(team.body().get("members")).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void whoHasASessionJoinsWithTheTokenAlone(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    TestClient stranger = cast.stranger().client();
    Reply made = invite(cast, Map.of("kind", "supporter", "tier_id", cast.tier(), "uses", 2));

    Reply joined = stranger.post("/api/auth/accept", Map.of("token", token(made))).expect(200);
    assertThat(joined.body().at("/user/id").asLong()).isEqualTo(cast.stranger().id());
    Reply again = stranger.post("/api/auth/accept", Map.of("token", token(made))).expect(409);
    assertThat(again.code()).isEqualTo("already_member");
    assertThat(only(cast).get("uses_left").asInt()).as("a refusal takes no use").isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void anAddressThatHasAnAccountIsToldToSignIn(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    Reply made = invite(cast, Map.of("kind", "supporter", "tier_id", cast.tier()));
    var stale = Map.of("Cookie", "bookbell_session=over", "Origin", server.url());

    Reply taken = accept(server.client(), token(made), cast.stranger().email()).expect(409);
    assertThat(taken.code()).isEqualTo("email_taken");
    String body = Json.writeAsString(newcomer(token(made), UUID.randomUUID() + "@j"));
    server.client().send("POST", "/api/auth/accept", body, stale).expect(200);
  }

  @ParameterizedTest
  @EnumSource
  void usesAreCountedWhateverRaces(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    Reply made = invite(cast, Map.of("kind", "supporter", "tier_id", cast.tier(), "uses", 3));
    var joining =
        IntStream.range(0, 8)
            .mapToObj(
                _ ->
                    server
                        .client()
                        .postLater(
                            "/api/auth/accept",
                            newcomer(token(made), UUID.randomUUID() + "@race"),
                            Map.of()))
            .toList();

    var statuses = joining.stream().map(reply -> reply.join().status()).toList();
    assertThat(statuses).containsOnly(200, 404);
    assertThat(statuses.stream().filter(status -> status == 200)).hasSize(3);
    assertThat(list(cast)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aRevokedLinkIsOver(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    Reply made = invite(cast, Map.of("kind", "team"));
    String path = "/api/invitations/" + made.body().get("id").asLong();

    Reply read = cast.creator().client().get(path).expect(200);
    assertThat(read.body()).isEqualTo(only(cast));
    assertThat(made.body().path("expires_at")).isEqualTo(read.body().path("expires_at"));
    cast.stranger().client().get(path).expect(404);
    cast.team().client().get(path).expect(403);
    cast.stranger().client().delete(path).expect(404);
    cast.team().client().delete(path).expect(403);
    cast.supporter().client().delete(path).expect(403);
    cast.creator().client().delete(path).expect(204);
    cast.creator().client().delete(path).expect(404);
    accept(server.client(), token(made), UUID.randomUUID() + "@late").expect(404);
  }

  @ParameterizedTest
  @EnumSource
  void anInvitationMustMakeSense(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    long foreign =
        cast.stranger()
            .client()
            .post(
                "/api/tiers",
                Map.of("creator_id", cast.stranger().id(), "name", "T", "requests_allowed", 1))
            .expect(201)
            .body()
            .get("id")
            .asLong();
    Instant past = Instant.now().minus(1, ChronoUnit.HOURS);

    refused(cast, Map.of("kind", "supporter"), "tier_id");
    refused(cast, Map.of("kind", "team", "tier_id", cast.tier()), "tier_id");
    refused(cast, Map.of("kind", "supporter", "tier_id", foreign), "tier_id");
    refused(cast, Map.of("kind", "friend"), "kind");
    refused(cast, Map.of("kind", "team", "uses", 0), "uses");
    refused(cast, Map.of("kind", "team", "expires_at", past), "expires_at");
    refused(cast, Map.of("kind", "team", "expires_at", "tomorrow"), "expires_at");
    refused(cast, Map.of("kind", "team", "expires_at", "9999-12-31T23:59:59-18:00"), "expires_at");
    invite(cast, Map.of("kind", "team", "expires_at", "9999-12-31T23:59:59.999999999Z"));
    assertThat(list(cast)).hasSize(1);
  }

  private static void refused(Cast cast, Map<String, ?> terms, String field) {
    Reply reply = post(cast, terms).expect(400);
    assertThat(reply.body().at("/errors/0/field").asText()).as("%s", terms).isEqualTo(field);
  }

  private static Reply invite(Cast cast, Map<String, ?> terms) {
    return post(cast, terms).expect(201);
  }

  private static Reply post(Cast cast, Map<String, ?> terms) {
    var body = new HashMap<String, Object>(terms);
    body.put("creator_id", cast.creator().id());
    return cast.creator().client().post("/api/invitations", body);
  }

  private static JsonNode list(Cast cast) {
    return cast.creator()
        .client()
        .get("/api/invitations?creator_id=" + cast.creator().id())
        .expect(200)
        .body()
        .get("items");
  }

  @ParameterizedTest
  @EnumSource
  void aRepeatedInvitationHasTheSameLinkWhichTheDatabaseDoesNotTell(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    String key = UUID.randomUUID().toString();
    String body = Json.writeAsString(Map.of("creator_id", cast.creator().id(), "kind", "team"));
    TestClient creator = cast.creator().client();
    var headers = Map.of("Idempotency-Key", key);
    Reply made = creator.send("POST", "/api/invitations", body, headers).expect(201);
    Reply repeated = creator.send("POST", "/api/invitations", body, headers).expect(200);

    assertThat(repeated.body()).isEqualTo(made.body());
    var stored =
        server
            .database()
            .read(
                tx ->
                    tx.query(
                            """
                            SELECT user_id, idempotency_key, route, body_hash, answer, created_at
                            FROM idempotency_key""")
                        .list(
                            row ->
                                row.getString("user_id")
                                    + row.getString("idempotency_key")
                                    + row.getString("route")
                                    + row.getString("body_hash")
                                    + row.findString("answer")
                                    + row.getString("created_at")))
            .join()
            .toString();
    assertThat(stored).doesNotContain(token(made), key);
  }

  private static JsonNode only(Cast cast) {
    JsonNode items = list(cast);
    assertThat(items).hasSize(1);
    return items.get(0);
  }

  private static String token(Reply made) {
    return made.body().get("url").asText().replaceFirst(".*#", "");
  }

  private static Map<String, String> newcomer(String token, String email) {
    return Map.of(
        "token", token, "email", email, "display_name", "Newcomer", "password", "long enough");
  }

  private static Reply accept(TestClient client, String token, String email) {
    return client.post("/api/auth/accept", newcomer(token, email));
  }
}
