package io.bookbell.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.net.URLEncoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Text in any language, on each database: stored normalised, found in any spelling, and counted in
 * grapheme clusters.
 */
class InternationalTextApiTest {
  private static final String REQUESTS = "/api/book-requests";
  private static final String FAMILY = "👨‍👩‍👧‍👦";

  @ParameterizedTest
  @EnumSource
  void theTeamFindsWhatIsWrittenInAnyWay(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    long hugo = ask(cast, cast.supporter(), "Les Mise\u0301rables", "Hugo, Victor", null);
    long emma = ask(cast, cast.supporter(), "Emma", "O’Brien", "978-0-14-143951-8");
    long thai = ask(cast, cast.supporter(), "สี่แผ่นดิน", "คึกฤทธิ์", null);
    long king = ask(cast, cast.other(), "It", "ЖАННА", null);

    List<TestClient> team = List.of(cast.team().client(), cast.creator().client());
    for (TestClient client : team) {
      assertThat(found(client, cast, "miserables victor")).containsExactly(hugo);
      assertThat(found(client, cast, "MISÉRABLES")).containsExactly(hugo);
      assertThat(found(client, cast, "ables")).as("within a word").containsExactly(hugo);
      assertThat(found(client, cast, "9780141439518")).containsExactly(emma);
      assertThat(found(client, cast, "0-14-143951-3")).containsExactly(emma);
      assertThat(found(client, cast, "o'brien")).containsExactly(emma);
      assertThat(found(client, cast, "แผ่นดิน")).containsExactly(thai);
      assertThat(found(client, cast, "it")).containsExactly(king);
      assertThat(found(client, cast, "жанна")).containsExactly(king);
      assertThat(found(client, cast, "unheard of")).isEmpty();
    }
    assertThat(found(cast.supporter().client(), cast, "misera")).containsExactly(hugo);
    assertThat(found(cast.supporter().client(), cast, "жанна")).as("not theirs").isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void booksAreAlikeAndYetNotTheSame(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    ask(cast, cast.supporter(), "C Primer", "Prata, Stephen", null);
    ask(cast, cast.supporter(), "C++ Primer", "Lippman", null);
    ask(cast, cast.supporter(), "C# Primer", "Lippman", null);
    ask(cast, cast.other(), "C primer", "Stephen Prata", null);
    ask(cast, cast.other(), "V.", "Pynchon", "0-14-143951-3");
    ask(cast, cast.other(), "V (Penguin)", "Thomas Pynchon", "9780141439518");

    TestClient asker = cast.other().client();
    assertThat(asked(asker, cast, "primer")).hasSize(3);
    assertThat(asked(asker, cast, "c++")).containsExactly("C++ Primer");
    assertThat(asked(asker, cast, "v")).as("one edition").hasSize(1);
    assertThat(asked(asker, cast, "9780141439518")).hasSize(1);
    assertThat(asked(asker, cast, "supporter")).as("names are for the team").isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void supportersAreFoundWithoutRegardToCase(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    String token =
        cast.creator()
            .client()
            .post(
                "/api/invitations",
                Map.of(
                    "creator_id", cast.creator().id(), "kind", "supporter", "tier_id", cast.tier()))
            .expect(201)
            .body()
            .get("url")
            .asText()
            .replaceFirst(".*#", "");
    String address = "жанна" + cast.creator().id() + "@bücher.example";
    var account = new HashMap<String, Object>();
    account.put("token", token);
    account.put("email", address.toUpperCase(java.util.Locale.ROOT));
    account.put("display_name", " Жанна\u0000 д\u2019Арк\u202E ");
    account.put("password", "correct horse battery");
    server.client().post("/api/auth/accept", account).expect(200);

    String list = "/api/supporters?creator_id=" + cast.creator().id() + "&q=";
    for (String sought :
        List.of("Жанна", "ЖАННА", "жанн", "д'арк", "АРК", "@bücher", "жанна арк")) {
      JsonNode items = cast.team().client().get(list + encoded(sought)).expect(200).body();
      assertThat(items.get("items")).as(sought).hasSize(1);
      assertThat(items.at("/items/0/display_name").asText()).isEqualTo("Жанна д’Арк");
      assertThat(items.at("/items/0/email").asText()).isEqualTo(address);
    }
    for (String typed : List.of(address, address.replace("bücher", "XN--BCHER-KVA"))) {
      var credentials = Map.of("email", typed, "password", "correct horse battery");
      server.client().post("/api/auth/login", credentials).expect(200);
    }
  }

  @ParameterizedTest
  @EnumSource
  void limitsCountWhatPeopleSee(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient asker = cast.supporter().client();
    var wanted = new HashMap<String, Object>();
    wanted.put("creator_id", cast.creator().id());
    wanted.put("author", "Somebody");
    wanted.put("title", FAMILY.repeat(300));
    wanted.put("note", "क्षि".repeat(4000));
    String title = asker.post(REQUESTS, wanted).expect(201).body().get("title").asText();
    assertThat(title).isEqualTo(FAMILY.repeat(300));

    for (String refused :
        List.of(
            FAMILY.repeat(301), "e" + "\u0301".repeat(200), "\u3164", "\u200B\u2060", "\u0000")) {
      wanted.put("title", refused);
      JsonNode problem = asker.post(REQUESTS, wanted).expect(400).body();
      assertThat(problem.at("/errors/0/field").asText()).isEqualTo("title");
    }
    wanted.put("title", "Em\u0000ma\u202E");
    wanted.put("note", "one\r\ntwo\u0007");
    JsonNode stored = asker.post(REQUESTS, wanted).expect(201).body();
    assertThat(stored.get("title").asText()).isEqualTo("Emma");
    assertThat(stored.get("note").asText()).isEqualTo("one\ntwo");
  }

  @ParameterizedTest
  @EnumSource
  void namesAreTakenWhateverTheirCase(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient creator = cast.creator().client();
    var tier = new HashMap<String, Object>();
    tier.put("creator_id", cast.creator().id());
    tier.put("requests_allowed", 1);
    tier.put("period", "none");
    tier.put("name", "Straße É");
    creator.post("/api/tiers", tier).expect(201);
    tier.put("name", "STRASSE E\u0301");
    creator.post("/api/tiers", tier).expect(409);

    var answer = new HashMap<String, Object>();
    answer.put("creator_id", cast.creator().id());
    answer.put("body", "Soon");
    answer.put("name", "Жанна");
    creator.post("/api/canned-responses", answer).expect(201);
    answer.put("name", "ЖАННА");
    creator.post("/api/canned-responses", answer).expect(409);
  }

  @ParameterizedTest
  @EnumSource
  void aTableHasTheSeparatorOfTheLanguage(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    cast.supporter().ask(cast.creator(), "Emma");
    TestClient team = cast.team().client();
    String file = REQUESTS + ".csv?creator_id=" + cast.creator().id();

    assertThat(team.get(file).expect(200).raw().body()).startsWith("\uFEFFid,created_at,");
    assertThat(team.get(file + "&separator=semicolon").raw().body()).startsWith("\uFEFFid;");
    assertThat(team.send("GET", file, null, Map.of("Accept-Language", "de")).raw().body())
        .startsWith("\uFEFFid;");
    team.get(file + "&separator=tab").expect(400);
  }

  private static long ask(Cast cast, Cast.Person person, String title, String author, String isbn) {
    var wanted = new HashMap<String, Object>();
    wanted.put("creator_id", cast.creator().id());
    wanted.put("title", title);
    wanted.put("author", author);
    wanted.put("isbn", isbn);
    return person.client().post(REQUESTS, wanted).expect(201).body().get("id").asLong();
  }

  private static List<Long> found(TestClient client, Cast cast, String sought) {
    String list = REQUESTS + "?creator_id=" + cast.creator().id() + "&q=" + encoded(sought);
    return client.get(list).expect(200).body().findValues("id").stream()
        .map(JsonNode::asLong)
        .toList();
  }

  private static List<String> asked(TestClient client, Cast cast, String sought) {
    String list = REQUESTS + "/asked?creator_id=" + cast.creator().id() + "&q=" + encoded(sought);
    return client.get(list).expect(200).body().findValuesAsText("title");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }
}
