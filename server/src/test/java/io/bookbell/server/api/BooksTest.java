package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.StandInLibrary;
import io.bookbell.server.support.StandInLibrary.Mood;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Book search while making a request, with the catalogue available, unavailable and turned off. */
class BooksTest {
  private static final String SEARCH = "/api/books/search?q=";
  private static final String COVER = "/api/books/covers/" + StandInLibrary.COVER;

  @TempDir Path folder;

  @Test
  void aSupporterFindsABookAndAsksForItWithItsCover() {
    try (var library = new StandInLibrary();
        var server = server(library)) {
      Cast cast = server.cast();
      TestClient supporter = cast.supporter().client();

      JsonNode book = supporter.get(SEARCH + "darkness").expect(200).body().at("/items/0");
      var wanted =
          Map.of(
              "creator_id",
              cast.creator().id(),
              "title",
              book.get("title").asText(),
              "author",
              book.at("/authors/0").asText(),
              "isbn",
              book.at("/isbns/0").asText(),
              "cover_id",
              book.get("cover_id").asInt());
      JsonNode request = supporter.post("/api/book-requests", wanted).expect(201).body();
      assertThat(request.get("cover_id").asInt()).isEqualTo(StandInLibrary.COVER);

      Reply cover = supporter.get(COVER).expect(200);
      assertThat(cover.raw().headers().firstValue("Content-Type")).contains("image/png");
      assertThat(cover.raw().headers().firstValue("Cache-Control").orElseThrow())
          .contains("immutable");
      supporter.get("/api/books/covers/7").expect(404);
      assertThat(library.covers()).containsExactly("/b/id/" + StandInLibrary.COVER + "-M.jpg");
      supporter.get("/api/books/covers/99999999999").expect(404);
      server.client().get(COVER).expect(401);
      server.client().get(SEARCH + "emma").expect(401);

      var other =
          Map.of(
              "creator_id",
              cast.creator().id(),
              "title",
              "Emma",
              "author",
              "Jane Austen",
              "cover_id",
              8);
      supporter.post("/api/book-requests", other).expect(201);
      library.is(Mood.TOO_BUSY);
      assertThat(supporter.get(SEARCH + "emma").expect(200).body().get("catalogue").asText())
          .isEqualTo("away");
      assertThat(supporter.get("/api/books/covers/8").expect(503).code())
          .isEqualTo("catalogue_away");
      supporter.get(COVER).expect(200); // cached
    }
  }

  @Test
  void whatIsNoPictureIsNotPassedOn() {
    try (var library = new StandInLibrary();
        var server = server(library)) {
      TestClient supporter = server.cast().supporter().client();
      supporter.get(COVER).expect(404);
      assertThat(library.covers()).as("asked for before any search has shown it").isEmpty();
      supporter.get(SEARCH + "darkness").expect(200);
      library.is(Mood.GARBAGE);
      supporter.get(COVER).expect(404);
      assertThat(library.covers()).hasSize(1);
    }
  }

  @Test
  void withoutACatalogueEverythingElseWorks() {
    Cast cast = TestServer.shared(TestDatabase.SQLITE).cast();
    TestClient supporter = cast.supporter().client();

    assertThat(supporter.get(SEARCH + "emma").expect(200).body().get("catalogue").asText())
        .isEqualTo("off");
    supporter.get(COVER).expect(404);
    supporter.get(SEARCH + "x".repeat(201)).expect(400);
    cast.supporter().ask(cast.creator(), "Emma");
  }

  private TestServer server(StandInLibrary library) {
    var serverConfig = TestServer.config(TestDatabase.SQLITE.create(folder));
    return TestServer.with(serverConfig.withCatalogue(library.address()));
  }
}
