package io.bookbell.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig.PublicAccessConfig;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.support.Images;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every address that the server gives to its clients starts with the path of the public URL. */
class BasePathTest {
  private static final String PUBLIC_URL = "https://site.example/books";
  private static final Pattern ABSOLUTE_PATH =
      Pattern.compile("(?:=\"|: \"|\\]\\(|url\\(['\"]?|picture: ')(/(?!/)[^\"')]*)");

  @TempDir Path folder;
  private TestServer server;
  private TestClient creator;

  @BeforeEach
  void start() {
    var reach =
        new PublicAccessConfig(PublicUrl.parse(PUBLIC_URL), List.of(), List.of(), Optional.empty());
    var usual = TestServer.config(TestDatabase.SQLITE.create(folder));
    server = TestServer.demo(usual.withReach(reach));
    creator = server.signIn("creator");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void addressesInTheApiCanBeResolvedAgainstTheUrlThatWasCalled() {
    try (var supporter = server.signIn("reader1").connect(101)) {
      supporter.await("initial_data");
      byte[] png = Images.of("png", 4, 4);
      JsonNode shown = creator.put("/api/creators/1/picture", png, "image/png").body();
      String picture = shown.get("picture").asText();

      assertThat(picture).startsWith("/books/api/creators/1/picture?v=");
      assertThat(creator.get(picture).expect(200).raw().headers().firstValue("Content-Type"))
          .hasValue("image/png");
      assertThat(supporter.await("creator_update").at("/creator/picture").asText())
          .isEqualTo(picture);
    }
    var invitation = Map.of("creator_id", 1, "kind", "team");
    JsonNode invited = creator.post("/api/invitations", invitation).expect(201).body();
    assertThat(invited.get("url").asText()).startsWith(PUBLIC_URL + "/join#");
    try (var late = creator.connect(1)) {
      assertThat(addressesIn(late.await("initial_data"))).isNotEmpty().allMatch(this::isUnder);
    }
  }

  @Test
  void addressesInEveryListStartWithThePath() {
    creator.put("/api/creators/1/picture", Images.of("png", 4, 4), "image/png").expect(200);
    for (String path :
        List.of(
            "/api/me",
            "/api/creators/1",
            "/api/book-requests?creator_id=1",
            "/api/invitations?creator_id=1",
            "/api/team?creator_id=1",
            "/api/activity?creator_id=1",
            "/api/notifications")) {
      assertThat(addressesIn(creator.get(path).expect(200).body()))
          .as(path)
          .allMatch(this::isUnder);
    }
  }

  @Test
  void addressesInFilesStartWithThePath() {
    for (String path :
        List.of(
            "/",
            "/join",
            "/api-docs",
            "/openapi.yaml",
            "/asyncapi.yaml",
            "/manifest.webmanifest")) {
      String text = server.client().get(path).expect(200).raw().body();
      assertThat(ABSOLUTE_PATH.matcher(text).results().map(found -> found.group(1)))
          .as(path)
          .isNotEmpty()
          .allMatch(this::isUnder);
    }
    assertThat(server.client().get("/openapi.yaml").raw().body()).contains("{url: /books,");
    assertThat(server.client().get("/asyncapi.yaml").raw().body()).contains("pathname: /books\n");
  }

  private boolean isUnder(String address) {
    return address.startsWith("/books/");
  }

  /** The texts in a JSON value that are paths of this server. */
  private static Stream<String> addressesIn(JsonNode value) {
    return value.isTextual()
        ? Stream.of(value.asText()).filter(text -> text.startsWith("/"))
        : StreamSupport.stream(value.spliterator(), false).flatMap(BasePathTest::addressesIn);
  }
}
