package io.bookbell.server.personal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.check.TableDefinition;
import io.bookbell.server.storage.check.TableDefinitions;
import io.bookbell.server.support.Images;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The export of one's own data. */
class PersonalExportTest {
  private static final Pattern TABLE = Pattern.compile("\\b(?:FROM|JOIN) ([a-z_]+)");

  /** Tables with people in them that are left out, with the reason. */
  private static final Map<String, String> LEFT_OUT =
      Map.ofEntries(
          Map.entry("ws_ticket", "secrets, for half a minute"),
          Map.entry("ended_session", "hashes, for an hour"),
          Map.entry("login_failure", "hashes, for minutes"),
          Map.entry("idempotency_key", "copies of answers, for two days"),
          Map.entry("sign_up_key", "hashes, for two days"),
          Map.entry("reset_link", "secrets, for a day"),
          Map.entry("passkey_challenge", "random numbers, for minutes"),
          Map.entry("address_change", "a secret, for an hour"),
          Map.entry("account_handover", "a secret and another person's address, for three days"),
          Map.entry("patreon_authorization", "secrets, for half an hour"),
          Map.entry("source_supporter", "which tier was given last; those given are tier_changes"),
          Map.entry("inbox_head", "numbers of messages"),
          Map.entry("inbox", "copies on their way to devices, for some days"),
          Map.entry("device_position", "numbers of messages"),
          Map.entry("renamed_supporter", "work that is done within minutes"),
          Map.entry("name_erasure", "work that is done within minutes"));

  @ParameterizedTest
  @EnumSource
  void aSupporterGetsAllOfTheirOwnAndNothingOfOthers(TestDatabase database) {
    TestServer server = TestServer.shared(database);
    Cast cast = server.cast();
    Person ada = cast.supporter();
    long emma = ada.ask(cast.creator(), "Emma");
    long others = cast.other().ask(cast.creator(), "Kindred");
    ada.client().post("/api/book-requests/" + others + "/follow", "").expect(200);
    String of = "?creator_id=" + cast.creator().id();
    var grant = Map.of("amount", 2, "reason", "For the cover");
    cast.team().client().post("/api/supporters/" + ada.id() + "/grant" + of, grant).expect(200);
    cast.team().client().post(reply(emma), Map.of("body", "Which edition?")).expect(201);
    cast.team().client().post(reply(others), Map.of("body", "Soon.")).expect(201);

    JsonNode data = export(ada);

    assertThat(data.at("/account/email").asText()).isEqualTo(ada.email());
    assertThat(data.get("sessions")).hasSize(1);
    assertThat(data.get("creator").isNull()).isTrue();
    assertThat(data.at("/memberships/0/tier").asText()).isEqualTo("Patron");
    assertThat(texts(data, "quota_ledger", "kind")).containsExactly("consume", "grant");
    assertThat(texts(data, "quota_ledger", "counter")).containsExactly("own", "own");
    assertThat(data.at("/quota_ledger/1/reason").asText()).isEqualTo("For the cover");
    assertThat(texts(data, "book_requests", "title")).containsExactly("Emma");
    assertThat(texts(data, "replies_to_book_requests", "body")).containsExactly("Which edition?");
    assertThat(data.get("replies_elsewhere")).isEmpty();
    assertThat(data.at("/followed_requests/0/request_id").asLong()).isEqualTo(others);
    assertThat(texts(data, "notifications", "kind")).containsExactly("reply_added");
    assertThat(texts(data, "activity", "kind"))
        .containsExactly("supporter_joined", "request_created");
    assertThat(data.at("/activity/1/details/title").asText()).isEqualTo("Emma");
    assertThat(data.toString()).doesNotContain("Kindred", cast.other().email(), "password");
  }

  @ParameterizedTest
  @EnumSource
  void creatorsAndTheirTeamsGetTheirOwnData(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    Person mara = cast.creator();
    long request = cast.supporter().ask(mara, "Emma");
    cast.team().client().post(reply(request), Map.of("body", "Soon.")).expect(201);
    var answer = Map.of("status", "approved", "response", "Ordered.");
    String respond = "/api/book-requests/" + request + "/respond";
    cast.team().client().post(respond, answer).expect(200);
    String picture = "/api/creators/" + mara.id() + "/picture";
    mara.client().put(picture, Images.of("jpeg", 3, 2), "image/jpeg").expect(200);
    var canned = Map.of("creator_id", mara.id(), "name", "Soon", "body", "In spring.");
    mara.client().post("/api/canned-responses", canned).expect(201);

    JsonNode creators = export(mara);
    assertThat(creators.at("/creator/name").asText()).startsWith("creator ");
    assertThat(creators.at("/creator_picture/content").asText()).isNotEmpty();
    assertThat(texts(creators, "tiers", "name")).containsExactly("Patron");
    assertThat(texts(creators, "saved_replies", "body")).containsExactly("In spring.");
    assertThat(creators.get("invitations")).hasSize(3);
    assertThat(creators.get("book_requests")).isEmpty();

    JsonNode members = export(cast.team());
    assertThat(members.at("/team_memberships/0/creator_id").asLong()).isEqualTo(mara.id());
    assertThat(members.at("/team_memberships/0/role").asText()).isEqualTo("everything");
    assertThat(texts(members, "replies_elsewhere", "body")).containsExactly("Soon.");
    assertThat(texts(members, "answers_given", "response")).containsExactly("Ordered.");
    assertThat(texts(members, "answers_given", "status")).containsExactly("approved");
    assertThat(creators.get("answers_given")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aLargeExportIsComplete(TestDatabase database) {
    TestServer server = TestServer.shared(database);
    Cast cast = server.cast();
    Person ada = cast.supporter();
    long emma = ada.ask(cast.creator(), "Emma");
    int replies = 2 * ExportSection.ROWS_AT_ONCE + 1;
    var services = new Services(Services.ClientNotifier.noOp());
    for (int from = 0; from < replies; from += 50) {
      int first = from;
      server
          .database()
          .write(
              tx -> {
                for (int number = first; number < Math.min(first + 50, replies); number++) {
                  services.requests.addReply(tx, new UserId(ada.id()), emma, "Word " + number);
                }
                return true;
              })
          .join();
    }

    JsonNode data = export(ada);

    List<String> bodies = texts(data, "replies_to_book_requests", "body");
    assertThat(bodies).hasSize(replies).doesNotHaveDuplicates().startsWith("Word 0");
    assertThat(data.get("activity")).hasSize(replies + 2);
  }

  /** Somebody may pay a creator at Patreon from several accounts. */
  @ParameterizedTest
  @EnumSource
  void severalMembershipsOfOneCreatorMayBeMany(TestDatabase database) {
    TestServer server = TestServer.shared(database);
    Cast cast = server.cast();
    long creator = cast.creator().id();
    int amount = 2 * ExportSection.ROWS_AT_ONCE + 1;
    for (String source : List.of("patreon", "kofi")) {
      server.database().write(tx -> addMembers(tx, source, creator, cast.other(), amount)).join();
    }

    JsonNode data = export(cast.other());

    for (String section : List.of("patreon_memberships", "kofi_memberships")) {
      assertThat(texts(data, section, "external_id")).hasSize(amount).doesNotHaveDuplicates();
    }
  }

  private static boolean addMembers(
      Transaction tx, String source, long creator, Person person, int amount) {
    tx.update(
        """
        INSERT INTO membership_source (creator_id, source, account_id, account_name, grace_days,
          connected_at)
        VALUES (?, ?, ?, 'Account', 0, 1)\
        """,
        creator,
        source,
        "account of " + creator);
    for (int number = 0; number < amount; number++) {
      tx.update(
          """
          INSERT INTO source_member (creator_id, source, external_id, user_id, state, tiers, seen)
          VALUES (?, ?, ?, ?, 'active', '', 1)\
          """,
          creator,
          source,
          "m" + number,
          person.id());
    }
    return true;
  }

  /** A table that is new here belongs into {@link ExportSections}, or into the list above. */
  @Test
  void noTableIsForgotten() {
    Set<String> exported =
        ExportSections.ALL.stream()
            .flatMap(section -> TABLE.matcher(section.sql()).results().map(found -> found.group(1)))
            .collect(Collectors.toSet());

    var forgotten =
        TableDefinitions.readTables().stream()
            .filter(PersonalExportTest::isAboutPeople)
            .map(TableDefinition::name)
            .filter(table -> !exported.contains(table) && !LEFT_OUT.containsKey(table))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(forgotten).isEmpty();
  }

  private static boolean isAboutPeople(TableDefinition table) {
    return table.columns().stream()
        .anyMatch(column -> Set.of("user_id", "actor_id", "email").contains(column.name()));
  }

  private static String reply(long request) {
    return "/api/book-requests/" + request + "/reply";
  }

  private static JsonNode export(Person person) {
    Reply reply = person.client().get("/api/me/export").expect(200);
    assertThat(reply.raw().headers().firstValue("Content-Disposition"))
        .contains("attachment; filename=\"bookbell-data.json\"");
    return reply.body();
  }

  private static List<String> texts(JsonNode data, String section, String field) {
    return StreamSupport.stream(data.get(section).spliterator(), false)
        .map(row -> row.get(field).asText())
        .toList();
  }
}
