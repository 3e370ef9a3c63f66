package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a creator looks: a colour, and a picture that supporters see and nobody else. */
class PictureTest {
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3};
  private static final byte[] WEBP = {'R', 'I', 'F', 'F', 4, 0, 0, 0, 'W', 'E', 'B', 'P', 1};

  @ParameterizedTest
  @EnumSource
  void aPictureIsShownToSupportersAndEachVersionKeepsItsAddress(TestDatabase database)
      throws Exception {
    Cast cast = TestServer.shared(database).cast();
    TestClient creator = cast.creator().client();
    String path = "/api/creators/" + cast.creator().id() + "/picture";
    try (var supporter = cast.supporter().client().connect(cast.supporter().id())) {
      supporter.await("initial_data");
      String first = picture(creator.put(path, PNG, "text/plain"));
      assertThat(supporter.await("creator_update").at("/creator/picture").asText())
          .isEqualTo(first);

      HttpResponse<byte[]> seen = get(cast.supporter().client(), first);
      assertThat(seen.body()).isEqualTo(PNG);
      assertThat(seen.headers().firstValue("Content-Type")).hasValue("image/png");
      assertThat(seen.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
      assertThat(seen.headers().firstValue("Cache-Control").orElse("")).contains("immutable");
      assertThat(get(cast.stranger().client(), first).statusCode()).isEqualTo(404);

      String second = picture(creator.put(path, WEBP, "image/webp"));
      assertThat(second).isNotEqualTo(first);
      seen = get(cast.team().client(), path);
      assertThat(seen.body()).isEqualTo(WEBP);
      assertThat(seen.headers().firstValue("Cache-Control")).hasValue("no-cache");

      assertThat(creator.delete(path).expect(200).body().get("picture").isNull()).isTrue();
      assertThat(get(cast.supporter().client(), second).statusCode()).isEqualTo(404);
      assertThat(picture(creator.put(path, PNG, "image/png"))).isNotIn(first, second);
    }
  }

  @ParameterizedTest
  @EnumSource
  void onlyPicturesOfSomeSizeAreTakenAndOnlyFromTheCreator(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient creator = cast.creator().client();
    String path = "/api/creators/" + cast.creator().id() + "/picture";
    byte[] page = "<svg onload='alert(1)'/>".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    creator.put(path, page, "image/png").expect(415);
    creator.put(path, new byte[0], "image/png").expect(415);
    creator.put(path, Arrays.copyOf(PNG, 512 * 1024 + 1), "image/png").expect(413);
    creator.put(path, Arrays.copyOf(PNG, 512 * 1024), "image/png").expect(200);
    cast.team().client().put(path, PNG, "image/png").expect(403);
    cast.supporter().client().put(path, PNG, "image/png").expect(403);
    cast.stranger().client().put(path, PNG, "image/png").expect(404);
  }

  @ParameterizedTest
  @EnumSource
  void aColourIsShownToEverybodyAndCanBeTakenAway(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient creator = cast.creator().client();
    String path = "/api/creators/" + cast.creator().id();
    try (var supporter = cast.supporter().client().connect(cast.supporter().id())) {
      supporter.await("initial_data");
      creator.patch(path, Map.of("colour", "#7a3b2e")).expect(200);
      assertThat(supporter.await("creator_update").at("/creator/colour").asText())
          .isEqualTo("#7a3b2e");
    }
    creator.patch(path, Map.of("colour", "red")).expect(400);
    creator.patch(path, Map.of("notice", "Hi")).expect(200);
    assertThat(creator.get(path).body().get("colour").asText()).isEqualTo("#7a3b2e");
    creator.patch(path, Map.of("colour", "")).expect(200);
    assertThat(creator.get(path).body().get("colour").isNull()).isTrue();
  }

  private static String picture(TestClient.Reply reply) {
    return reply.expect(200).body().get("picture").asText();
  }

  private static HttpResponse<byte[]> get(TestClient client, String path) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(client.url() + path))
            .header("Authorization", "Bearer " + client.token().orElseThrow())
            .build();
    try (var http = HttpClient.newHttpClient()) {
      return http.send(request, BodyHandlers.ofByteArray());
    }
  }
}
