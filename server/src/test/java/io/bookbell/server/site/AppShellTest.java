package io.bookbell.server.site;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The list of the page's files. After adding, removing or renaming a module, write it again:
 *
 * <pre>./mvnw -q verify -pl server -am -Dtest=AppShellTest -Dapp.shell.write=true</pre>
 */
class AppShellTest {
  private static final Path LIST = Path.of("src/main/resources", AppShell.RESOURCE);

  @Test
  void theListNamesWhatABrowserDiscovers() throws IOException {
    AppShell scanned = PageScanner.scanPage(AppShellTest::readText);
    if (Boolean.getBoolean("app.shell.write")) {
      Files.writeString(
          LIST,
          new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(scanned) + "\n");
      return;
    }

    String advice = "add -Dapp.shell.write=true to write %s".formatted(LIST);
    assertThat(AppShell.load().first()).as(advice).isEqualTo(scanned.first());
    assertThat(AppShell.load().files()).as(advice).isEqualTo(scanned.files());
  }

  @Test
  void everyFileOfTheListExists() {
    assertThat(AppShell.load().files()).allMatch(path -> readText(path).isPresent());
  }

  private static Optional<String> readText(String path) {
    String page = read("/index.html").orElseThrow();
    return switch (path) {
      case "/index.html" -> Optional.of(SourceMinifier.withSingleStyleSheet(page));
      case SourceMinifier.STYLES ->
          Optional.of(
              new String(
                  SourceMinifier.joinStyleSheets(
                      page, sheet -> read(sheet).orElseThrow().getBytes(UTF_8)),
                  UTF_8));
      default -> read(path);
    };
  }

  private static Optional<String> read(String path) {
    try (InputStream in =
        AppShellTest.class.getClassLoader().getResourceAsStream(SiteFiles.resourceName(path))) {
      return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
