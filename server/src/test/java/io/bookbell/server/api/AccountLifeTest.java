package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import io.bookbell.server.verify.InvariantVerifier;
import java.nio.file.Path;
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

/**
 * The life of one account by the API alone, from the invitation to the deletion, on a server that
 * was empty. The stored data are verified after each chapter.
 */
@ParameterizedClass
@EnumSource
class AccountLifeTest {
  private static final String FIRST_PASSWORD = "eleven green pears";
  private static final String SECOND_PASSWORD = "twelve red apples";

  @Parameter TestDatabase kind;
  @TempDir Path folder;

  private TestServer server;
  private TestClient creator;
  private long creatorId;
  private long tier;

  @BeforeEach
  void theFirstAccountIsACreators() {
    server = TestServer.empty(kind, folder);
    Reply setUp =
        server
            .client()
            .post(
                "/api/setup",
                Map.of(
                    "token",
                    tokenOf(server.setupLink().orElseThrow()),
                    "email",
                    "mara@life.test",
                    "display_name",
                    "Mara",
                    "password",
                    FIRST_PASSWORD,
                    "creator_name",
                    "The Corner Shelf"));
    creator = server.client().as(setUp);
    creatorId = creator.userId();
    var terms = Map.of("creator_id", creatorId, "name", "Reader", "requests_allowed", 3);
    tier = creator.post("/api/tiers", terms).expect(201).body().get("id").asLong();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void anAccountIsSoundFromItsInvitationToItsDeletion() {
    TestClient ada = join();
    long answered = ask(ada, "Emma");
    long open = ask(ada, "Persuasion");
    respond(answered, "approved");
    everythingIsExact();

    ada = changeWhatOneIsCalled(ada);
    endSessions(ada);
    makeAndRevokeKey(ada);
    everythingIsExact();

    leaveAndComeBack(ada, open);
    everythingIsExact();

    JsonNode data = ada.get("/api/me/export").expect(200).body();
    assertThat(data.toString())
        .contains("Ada Lovelace", "ada@new.test", "Emma", "Persuasion", "The Corner Shelf");

    delete(ada, answered);
    everythingIsExact();
  }

  /** The creator's open page sees each step. */
  private TestClient join() {
    try (TestSocket page = creator.connect(creatorId)) {
      page.await("initial_data");
      Reply joined =
          server
              .client()
              .post(
                  "/api/auth/accept",
                  Map.of(
                      "token",
                      invite(),
                      "email",
                      "ada@life.test",
                      "display_name",
                      "Ada",
                      "password",
                      FIRST_PASSWORD))
              .expect(200);
      page.await(
          "the newcomer", message -> message.path("kind").asText().equals("supporter_joined"));
      return server.client().as(joined);
    }
  }

  private TestClient changeWhatOneIsCalled(TestClient ada) {
    TestClient elsewhere = signIn("ada@life.test", FIRST_PASSWORD);
    var called = Map.of("display_name", "Ada Lovelace", "email", "ADA@new.test");
    JsonNode me = ada.patch("/api/me", called).expect(200).body();
    assertThat(me.at("/user/email").asText()).isEqualTo("ada@new.test");
    refuseSignIn("ada@life.test", FIRST_PASSWORD);

    try (TestSocket page = elsewhere.connect(ada.userId())) {
      page.await("initial_data");
      var change = Map.of("current", FIRST_PASSWORD, "new", SECOND_PASSWORD);
      ada.post("/api/auth/password", change).expect(204);
      assertThat(page.awaitClosed()).isEqualTo(4401);
    }
    elsewhere.get("/api/me").expect(401);
    refuseSignIn("ada@new.test", FIRST_PASSWORD);
    return ada;
  }

  private void endSessions(TestClient ada) {
    TestClient phone = signIn("ada@new.test", SECOND_PASSWORD);
    TestClient tablet = signIn("ada@new.test", SECOND_PASSWORD);
    JsonNode sessions = ada.get("/api/sessions").expect(200).body().get("items");
    assertThat(sessions).hasSize(3);
    JsonNode phones = phone.get("/api/sessions").expect(200).body().get("items");
    long own = currentOf(phones).get("id").asLong();
    try (TestSocket page = phone.connect(ada.userId())) {
      page.await("initial_data");
      ada.delete("/api/sessions/" + own).expect(204);
      assertThat(page.awaitClosed()).isEqualTo(4401);
    }
    phone.get("/api/me").expect(401);
    ada.delete("/api/sessions").expect(204);
    tablet.get("/api/me").expect(401);
    assertThat(ada.get("/api/sessions").body().get("items")).hasSize(1);
  }

  private static JsonNode currentOf(JsonNode sessions) {
    for (JsonNode session : sessions) {
      if (session.get("current").asBoolean()) {
        return session;
      }
    }
    throw new AssertionError("none is the current one: " + sessions);
  }

  private void makeAndRevokeKey(TestClient ada) {
    var terms = Map.of("name", "Bot", "scopes", List.of("read"));
    JsonNode made = ada.post("/api/keys", terms).expect(201).body();
    var program = new TestClient(server.url(), Optional.of(made.get("key").asText()));
    try (TestSocket socket = program.connect(ada.userId())) {
      socket.await("initial_data");
      ada.delete("/api/keys/" + made.get("id").asLong()).expect(204);
      assertThat(socket.awaitClosed()).isEqualTo(4401);
    }
    program.get("/api/me").expect(401);
  }

  private void leaveAndComeBack(TestClient ada, long open) {
    String membership = "/api/me/memberships/" + creatorId;
    try (TestSocket page = ada.connect(ada.userId());
        TestSocket creators = creator.connect(creatorId)) {
      page.await("initial_data");
      creators.await("initial_data");

      ada.delete(membership).expect(204);

      page.await("the end", message -> message.path("role").asText().equals("none"));
      creators.await(
          "who has left", message -> message.path("kind").asText().equals("supporter_left"));
      creators.await("pending_count_update");
      assertThat(read(open).get("status").asText()).isEqualTo("cancelled");
      assertThat(read(open).get("refunded").asBoolean()).isTrue();
      ada.get("/api/creators/" + creatorId).expect(404);
      ada.delete(membership).expect(404);
      everythingIsExact();

      ada.post("/api/auth/accept", Map.of("token", invite())).expect(200);
      page.await("the return", message -> message.path("role").asText().equals("supporter"));
    }
    JsonNode quota = ada.get("/api/book-requests/quota?creator_id=" + creatorId).expect(200).body();
    assertThat(quota.get("used").asInt()).as("what was approved still counts").isEqualTo(1);
    ask(ada, "Northanger Abbey");
  }

  private void delete(TestClient ada, long answered) {
    String password = Json.writeAsString(Map.of("password", SECOND_PASSWORD));
    ada.send("DELETE", "/api/me", password, Map.of()).expect(204);

    ada.get("/api/me").expect(401);
    refuseSignIn("ada@new.test", SECOND_PASSWORD);
    assertThat(read(answered).get("user_name").asText()).isEqualTo("Removed account");
    JsonNode supporters = creator.get("/api/supporters?creator_id=" + creatorId).body();
    assertThat(supporters.get("items")).isEmpty();
  }

  private void everythingIsExact() {
    assertThat(InvariantVerifier.verifyInvariants(server.database()).join().breaches()).isEmpty();
  }

  private String invite() {
    var terms = Map.of("creator_id", creatorId, "kind", "supporter", "tier_id", tier);
    Reply made = creator.post("/api/invitations", terms).expect(201);
    return tokenOf(made.body().get("url").asText());
  }

  private static String tokenOf(String link) {
    return link.replaceFirst(".*#", "");
  }

  private TestClient signIn(String email, String password) {
    return server.client().signIn(email, password);
  }

  private void refuseSignIn(String email, String password) {
    var login = Map.of("email", email, "password", password);
    server.client().post("/api/auth/login", login).expect(401);
  }

  private long ask(TestClient supporter, String title) {
    var wanted = Map.of("creator_id", creatorId, "title", title, "author", "Jane Austen");
    return supporter.post("/api/book-requests", wanted).expect(201).body().get("id").asLong();
  }

  private void respond(long request, String status) {
    creator
        .post("/api/book-requests/" + request + "/respond", Map.of("status", status))
        .expect(200);
  }

  private JsonNode read(long request) {
    return creator.get("/api/book-requests/" + request).expect(200).body();
  }
}
