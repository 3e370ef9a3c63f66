package io.bookbell.server.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.Images;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A creator's appearance: a colour, and a picture that only supporters see. */
class PictureTest {
  private static final byte[] PNG = Images.of("png", 40, 20);

  /** A single, fully transparent pixel. */
  private static final byte[] WEBP =
      Base64.getDecoder().decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==");

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
      assertThat(Images.read(seen.body()).getWidth()).isEqualTo(40);
      assertThat(seen.headers().firstValue("Content-Type")).hasValue("image/png");
      assertThat(seen.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
      assertThat(seen.headers().firstValue("Cache-Control").orElse("")).contains("immutable");
      assertThat(get(cast.stranger().client(), first).statusCode()).isEqualTo(404);

      String second = picture(creator.put(path, WEBP, "image/webp"));
      assertThat(second).isNotEqualTo(first);
      seen = get(cast.team().client(), path);
      assertThat(seen.headers().firstValue("Content-Type")).hasValue("image/png");
      assertThat(Images.read(seen.body()).getRGB(0, 0) >>> 24).isZero();
      assertThat(seen.headers().firstValue("Cache-Control")).hasValue("no-cache");

      assertThat(creator.delete(path).expect(200).body().get("picture").isNull()).isTrue();
      assertThat(get(cast.supporter().client(), second).statusCode()).isEqualTo(404);
      assertThat(picture(creator.put(path, PNG, "image/png"))).isNotIn(first, second);
    }
  }

  @ParameterizedTest
  @EnumSource
  void onlyPicturesOfSomeSizeAreTakenAndOnlyFromTheTeam(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient creator = cast.creator().client();
    String path = "/api/creators/" + cast.creator().id() + "/picture";
    byte[] page = "<svg onload='alert(1)'/>".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    creator.put(path, page, "image/png").expect(415);
    creator.put(path, new byte[0], "image/png").expect(415);
    creator.put(path, Arrays.copyOf(PNG, 512 * 1024 + 1), "image/png").expect(413);
    creator.put(path, Arrays.copyOf(PNG, 512 * 1024), "image/png").expect(200);
    for (byte[] bad : List.of(bomb(), pageAfterSignature())) {
      TestClient.Reply refused = creator.put(path, bad, "image/png").expect(400);
      assertThat(refused.body().at("/errors/0/field").asText()).isEqualTo("picture");
    }
    assertThat(creator.put(path, bomb(), "image/png").body().at("/errors/0/message").asText())
        .contains("4,096", "50000");
    cast.team().client().put(path, PNG, "image/png").expect(200);
    cast.supporter().client().put(path, PNG, "image/png").expect(403);
    cast.stranger().client().put(path, PNG, "image/png").expect(404);
    // Nothing is decoded for them.
    cast.supporter().client().put(path, page, "image/png").expect(403);
    cast.stranger().client().put(path, page, "image/png").expect(404);
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

  /** A PNG header that declares 50,000 × 50,000 pixels, without any data. */
  private static byte[] bomb() {
    var png = ByteBuffer.allocate(64);
    png.put(PNG, 0, 8).putInt(13);
    int from = png.position();
    png.put("IHDR".getBytes(US_ASCII)).putInt(50_000).putInt(50_000);
    png.put(new byte[] {8, 6, 0, 0, 0});
    var sum = new CRC32();
    sum.update(png.array(), from, png.position() - from);
    png.putInt((int) sum.getValue());
    return Arrays.copyOf(png.array(), png.position());
  }

  private static byte[] pageAfterSignature() {
    byte[] page = "<html><script>alert(1)</script></html>".getBytes(US_ASCII);
    byte[] all = Arrays.copyOf(PNG, 8 + page.length);
    System.arraycopy(page, 0, all, 8, page.length);
    return all;
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
