package io.bookbell.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.Images;
import io.bookbell.server.support.TestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * The container image that {@code ./mvnw verify -Pimage} creates, unpacked and run without an
 * engine: as its user and with its file system as the root where this process may do so (chroot),
 * otherwise by its own loader, which takes the image's libraries and nothing of the machine's.
 */
class ImageIT {
  private static final Path IMAGE = Path.of("target/bookbell-image.tar").toAbsolutePath();
  private static final Pattern SERVING =
      Pattern.compile("Bookbell is at (http://\\S+) .*?/setup#(\\S+)", Pattern.DOTALL);

  @TempDir static Path folder;

  private static Path root;
  private static JsonNode config;
  private static boolean chroot;

  @BeforeAll
  static void unpack(TestReporter reporter) throws Exception {
    Path image = Files.createDirectory(folder.resolve("image"));
    root = Files.createDirectory(folder.resolve("root"));
    run("tar", "-xf", IMAGE.toString(), "-C", image.toString());
    JsonNode index = Json.readTree(Files.readString(image.resolve("index.json")));
    JsonNode manifest = blob(image, index.at("/manifests/0/digest"));
    config = blob(image, manifest.at("/config/digest")).get("config");
    for (JsonNode layer : manifest.get("layers")) {
      String file = file(image, layer.get("digest")).toString();
      run("tar", "--warning=no-unknown-keyword", "-xzpf", file, "-C", root.toString());
    }
    Files.createDirectory(root.resolve("proc")); // container engines do that too
    chroot = true;
    chroot = start("trial", List.of("/opt/java/bin/java", "-version")).waitFor() == 0;
    reporter.publishEntry("run by", chroot ? "chroot" : "the image's own loader");
  }

  @Test
  void theImageListensOnAllAddressesAsAnOrdinaryUserAndKeepsItsDataInTheVolume() {
    assertThat(config.get("User").asText()).isEqualTo("10001:10001");
    assertThat(config.get("Volumes").fieldNames()).toIterable().containsExactly("/data");
    assertThat(config.get("ExposedPorts").fieldNames()).toIterable().containsExactly("8080/tcp");
    assertThat(config.get("Env").toString())
        .contains("BOOKBELL_HOST=0.0.0.0", "BOOKBELL_DATA=/data/bookbell");
  }

  @Test
  void theImageServesIsHealthyAndReencodesPictures() throws Exception {
    Process server = bookbell("serve", "0", "serve");
    try {
      MatchResult serving =
          Awaitility.await()
              .atMost(60, TimeUnit.SECONDS)
              .until(
                  () -> SERVING.matcher(said("serve")).results().toList(), list -> !list.isEmpty())
              .getFirst();
      TestClient client = TestClient.at(serving.group(1));
      client.get("/health/ready").expect(200);
      assertThatItChecksItself(client.url());
      assertThatItReencodesPictures(client, serving.group(2));
      assertThat(data().resolve("bookbell.db")).exists();
    } finally {
      server.destroy();
    }
    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).as(said("serve")).isEqualTo(143);
  }

  private static void assertThatItChecksItself(String url) throws Exception {
    String port = url.replaceFirst(".*:", "");

    assertThat(bookbell("health", port, "health").waitFor()).as(said("health")).isZero();
    assertThat(said("health")).isEqualTo("ready\n");
    assertThat(bookbell("not", "1", "health").waitFor()).as(said("not")).isEqualTo(69);
  }

  private static void assertThatItReencodesPictures(TestClient client, String token) {
    var account =
        Map.of(
            "token",
            token,
            "display_name",
            "Ada",
            "email",
            "ada@books.test",
            "password",
            "velvet harbor 9 comet",
            "creator_name",
            "Ada reads");
    TestClient creator = client.as(client.post("/api/setup", account).expect(200));
    String path = "/api/creators/" + creator.userId() + "/picture";
    creator.put(path, Images.of("jpg", 900, 600), "image/jpeg").expect(200);
  }

  private static Path data() {
    return chroot ? root.resolve("data/bookbell") : folder.resolve("data");
  }

  /** A command, started as the image's settings say. */
  private static Process bookbell(String said, String port, String command) throws IOException {
    var words = new ArrayList<String>();
    config.get("Entrypoint").forEach(word -> words.add(word.asText()));
    assertThat(words.removeFirst()).isEqualTo("java");
    words.add(command);
    if (chroot) {
      words.addFirst("/opt/java/bin/java");
      return start(said, words, "BOOKBELL_PORT=" + port);
    }
    String options = Files.readString(root.resolve("app/java-options"));
    Path moved = folder.resolve("java-options");
    Files.writeString(moved, options.replace("/app/", root + "/app/"));
    words.replaceAll(word -> word.replace("@/app/java-options", "@" + moved));
    words.addFirst(root.resolve("opt/java/bin/java").toString());
    return start(said, words, "BOOKBELL_PORT=" + port, "BOOKBELL_DATA=" + data());
  }

  private static Process start(String said, List<String> words, String... settings)
      throws IOException {
    var line = new ArrayList<String>();
    if (chroot) {
      String mounts = "mount --bind \"$0\" \"$0\" && mount --rbind /proc \"$0/proc\" && cd \"$0\"";
      String change =
          " && exec chroot --userspec=%s \"$0\" \"$@\"".formatted(config.get("User").asText());
      line.addAll(List.of("unshare", "--mount", "sh", "-c", mounts + change, root.toString()));
    } else {
      line.addAll(List.of(loader().toString(), "--library-path", libraries()));
    }
    line.addAll(words);
    var builder =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(said).toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("BOOKBELL_"));
    config.get("Env").forEach(setting -> set(environment, setting.asText()));
    environment.put("PATH", System.getenv("PATH")); // for unshare and chroot
    List.of(settings).forEach(setting -> set(environment, setting));
    return builder.start();
  }

  private static void set(Map<String, String> environment, String setting) {
    int equals = setting.indexOf('=');
    environment.put(setting.substring(0, equals), setting.substring(equals + 1));
  }

  private static Path loader() throws IOException {
    return libraryFiles()
        .filter(file -> file.getFileName().toString().startsWith("ld-"))
        .findFirst()
        .orElseThrow();
  }

  private static String libraries() throws IOException {
    List<String> folders =
        new ArrayList<>(
            libraryFiles().map(file -> file.getParent().toString()).distinct().toList());
    folders.add(root.resolve("opt/java/lib").toString());
    folders.add(root.resolve("opt/java/lib/server").toString());
    return String.join(":", folders);
  }

  private static Stream<Path> libraryFiles() throws IOException {
    try (Stream<Path> files = Files.walk(root, 4)) {
      return files.filter(file -> file.getFileName().toString().contains(".so.")).toList().stream();
    }
  }

  private static String said(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static JsonNode blob(Path image, JsonNode digest) throws IOException {
    return Json.readTree(Files.readString(file(image, digest)));
  }

  private static Path file(Path image, JsonNode digest) {
    return image.resolve("blobs").resolve(digest.asText().replace(':', '/'));
  }

  private static void run(String... line) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(line).inheritIO().start().waitFor()).isZero();
  }
}
