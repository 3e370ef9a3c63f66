package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.invitation.InvitationService.InvitationTerms;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Who has made an invitation, and what becomes of it when they may not invite any more. */
@ParameterizedClass
@EnumSource
class InviterRightsTest {
  private static final String ENDED = "invitations_ended";

  @Parameter TestDatabase kind;

  private TestServer server;
  private Cast cast;
  private TestClient creator;
  private String of;
  private String member;

  @BeforeEach
  void people() {
    server = TestServer.shared(kind);
    cast = server.cast();
    creator = cast.creator().client();
    of = "?creator_id=" + cast.creator().id();
    member = "/api/team/" + cast.team().id() + of;
  }

  @Test
  void theListShowsWhoHasMadeEachLink() {
    long byCreator = idOf(invite(creator));
    Reply made = invite(cast.team().client());
    long byKey = idOf(invite(server.withKey(cast.team().id(), KeyScope.ADMIN)));
    long unknown = idOf(invite(creator));
    forgetMaker(unknown);
    String csv = "email,tier\nnew" + UUID.randomUUID() + "@list.test,Patron\n";
    assertThat(importList(cast.team().client(), csv).at("/links/0/uses").asInt()).isEqualTo(1);

    assertThat(made.body().get("created_by").asLong()).isEqualTo(cast.team().id());
    assertThat(made.body().get("created_by_name").asText()).isEqualTo("team");
    assertThat(list().findValuesAsText("created_by_name"))
        .containsExactly("team", "null", "team", "team", "creator");
    assertThat(makerOf(byCreator)).isEqualTo(cast.creator().id());
    assertThat(makerOf(byKey)).isEqualTo(cast.team().id());
    assertThat(creator.get("/api/invitations/" + unknown).body().get("created_by").isNull())
        .isTrue();
  }

  private JsonNode importList(TestClient by, String csv) {
    return by.send("POST", "/api/supporters/import" + of, csv, Map.of("Content-Type", "text/csv"))
        .expect(200)
        .body();
  }

  @Test
  void invitationsEndWhenTheirInviterIsRemoved() {
    endedBy(() -> creator.delete(member).expect(204), cast.creator());
  }

  @Test
  void invitationsEndWhenTheirInviterLeaves() {
    String own = "/api/me/teams/" + cast.creator().id();
    endedBy(() -> cast.team().client().delete(own).expect(204), cast.team());
  }

  @Test
  void invitationsEndWhenTheirInviterIsDeactivated() {
    endedBy(() -> creator.patch(member, Map.of("active", false)).expect(200), cast.creator());
  }

  @Test
  void invitationsEndWhenTheirInviterMayOnlyAnswer() {
    creator.patch(member, Map.of("role", "people")).expect(200);
    endedBy(() -> creator.patch(member, Map.of("role", "answer")).expect(200), cast.creator());
  }

  @Test
  void invitationsEndWhenTheirInviterIsDisabled() {
    makeOperator();
    String disable = "/api/operator/accounts/" + cast.team().id() + "/disable";
    endedBy(() -> cast.stranger().client().post(disable, "").expect(200), cast.team());
  }

  @Test
  void invitationsEndWithTheirInvitersAccount() {
    String password = "{\"password\":\"" + TestServer.PASSWORD + "\"}";
    endedBy(
        () -> cast.team().client().send("DELETE", "/api/me", password, Map.of()).expect(204),
        cast.team());
  }

  /** Two open links of the member, one of them a program's, and others that stay. */
  private void endedBy(Runnable ending, Person actor) {
    Reply own = invite(cast.team().client());
    Reply byProgram = invite(server.withKey(cast.team().id(), KeyScope.ADMIN));
    Reply usedUp = invite(cast.team().client());
    accept(usedUp).expect(200);
    Reply unknown = invite(cast.team().client());
    forgetMaker(idOf(unknown));
    Reply creators = invite(creator);
    long mail = queueMail(cast.creator());
    long mailElsewhere = queueMail(cast.stranger());
    try (TestSocket page = creator.connect(cast.creator().id())) {
      page.await("initial_data");

      ending.run();

      page.await("the list is fetched again", each -> each.path("kind").asText().equals(ENDED));
    }
    assertThat(list().findValuesAsText("id"))
        .containsExactly(creators.body().get("id").asText(), unknown.body().get("id").asText());
    accept(own).expect(404);
    accept(byProgram).expect(404);
    accept(unknown).expect(200);
    accept(creators).expect(200);
    assertThat(stateOf(mail)).isIn("skipped", "deleted");
    assertThat(stateOf(mailElsewhere)).isNotEqualTo("skipped");
    JsonNode told = ended();
    assertThat(told.at("/details/amount").asInt()).isEqualTo(3);
    assertThat(told.at("/details/member_id").asLong()).isEqualTo(cast.team().id());
    assertThat(told.get("actor_id").asLong()).isEqualTo(actor.id());
  }

  @Test
  void invitationsStayWhileTheirInviterMayInvite() {
    Reply own = invite(cast.team().client());

    creator.patch(member, Map.of("role", "people")).expect(200);
    creator.patch(member, Map.of("role", "everything")).expect(200);

    accept(own).expect(200);
  }

  @Test
  void invitationsOfAFormerOwnerEndWithTheHandover() {
    Reply owners = invite(creator);
    Reply teams = invite(cast.team().client());
    String email = "heir" + UUID.randomUUID().toString().substring(0, 8) + "@owner.test";
    var offer = Map.of("email", email, "password", TestServer.PASSWORD);
    String handover = "/api/creators/" + cast.creator().id() + "/handover";
    String url = creator.post(handover, offer).expect(201).body().get("url").asText();
    var taken =
        Map.of(
            "token", url.split("#", 2)[1],
            "display_name", "Heir",
            "password", "eleven green pears");

    creator = server.client().as(server.client().post("/api/auth/take-over", taken).expect(200));

    accept(owners).expect(404);
    accept(teams).expect(200);
    assertThat(ended().get("details").has("member_id")).isFalse();
    assertThat(ended().at("/details/member_name").asText()).isEqualTo("creator");
    assertThat(ended().at("/details/amount").asInt()).isEqualTo(1);
  }

  @Test
  void invitationsOfADisabledCreatorEndAndTheTeamsStay() {
    makeOperator();
    Reply creators = invite(creator);
    Reply teams = invite(cast.team().client());
    String disable = "/api/operator/accounts/" + cast.creator().id() + "/disable";

    cast.stranger().client().post(disable, "").expect(200);

    accept(creators).expect(404);
    accept(teams).expect(200);
  }

  /** Another node may still remember the session of somebody who has just been disabled. */
  @Test
  void aDisabledUserMakesNoInvitation() {
    var services = new Services(Services.ClientNotifier.noOp());
    var maker = new UserId(cast.team().id());
    server
        .database()
        .write(
            tx -> {
              services.accountControl.disable(tx, maker);
              return true;
            })
        .join();
    var terms =
        new InvitationTerms(
            new UserId(cast.creator().id()),
            "supporter",
            cast.tier(),
            1,
            Instant.parse("2100-01-01T00:00:00Z"));

    var refused = server.database().write(tx -> services.invitations.create(tx, maker, terms));

    assertThat(refused)
        .failsWithin(Duration.ofSeconds(20))
        .withThrowableThat()
        .withMessageContaining("disabled");
  }

  private void makeOperator() {
    server
        .database()
        .write(
            tx ->
                tx.update("UPDATE app_user SET operator = TRUE WHERE id = ?", cast.stranger().id()))
        .join();
  }

  private Reply invite(TestClient by) {
    var terms =
        Map.of("creator_id", cast.creator().id(), "kind", "supporter", "tier_id", cast.tier());
    return by.post("/api/invitations", new HashMap<>(terms)).expect(201);
  }

  private static long idOf(Reply made) {
    return made.body().get("id").asLong();
  }

  private void forgetMaker(long id) {
    server
        .database()
        .write(tx -> tx.update("UPDATE invitation SET created_by = NULL WHERE id = ?", id))
        .join();
  }

  /** What the team member has mailed, before the mail is sent. */
  private long queueMail(Person by) {
    var services = new Services(Services.ClientNotifier.noOp());
    String address = UUID.randomUUID() + "@mail.test";
    var details = Map.of("creator", by.id(), "kind", "supporter");
    return server
        .database()
        .write(
            tx -> {
              services.outbox.addOneOff(
                  tx,
                  new UserId(cast.team().id()),
                  NewsKind.MAIL,
                  address,
                  "invitation",
                  NewsBody.of("invitation", details));
              return tx.query("SELECT max(id) AS id FROM outbox_item")
                  .single(row -> row.getLong("id"));
            })
        .join();
  }

  private String stateOf(long item) {
    return server
        .database()
        .read(
            tx ->
                tx.query("SELECT state FROM outbox_item WHERE id = ?", item)
                    .first(row -> row.getString("state"))
                    .orElse("deleted"))
        .join();
  }

  private Reply accept(Reply made) {
    String token = made.body().get("url").asText().replaceFirst(".*#", "");
    var newcomer =
        Map.of(
            "token",
            token,
            "email",
            UUID.randomUUID() + "@join.test",
            "display_name",
            "Newcomer",
            "password",
            "long enough");
    return server.client().post("/api/auth/accept", newcomer);
  }

  private JsonNode list() {
    return creator.get("/api/invitations" + of).expect(200).body().get("items");
  }

  private long makerOf(long id) {
    return creator.get("/api/invitations/" + id).expect(200).body().get("created_by").asLong();
  }

  private JsonNode ended() {
    JsonNode items = creator.get("/api/activity" + of).expect(200).body().get("items");
    List<JsonNode> found =
        StreamSupport.stream(items.spliterator(), false)
            .filter(item -> item.get("kind").asText().equals(ENDED))
            .toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }
}
