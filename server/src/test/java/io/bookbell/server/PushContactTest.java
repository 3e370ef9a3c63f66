package io.bookbell.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.config.ServerConfigReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Push services want an https: or mailto: URL. */
class PushContactTest {
  @TempDir Path folder;

  private Optional<String> find(Map<String, String> environment) {
    return PushContact.find(
        ServerConfigReader.readConfig(environment, folder.resolve("none"), folder));
  }

  @ParameterizedTest
  @CsvSource({
    "ann@books.example, mailto:ann@books.example",
    "mailto:ann@books.example, mailto:ann@books.example",
    "https://mastodon.social/@ann, https://mastodon.social/@ann",
    "books.example, https://books.example",
    "mastodon.social/@ann, https://mastodon.social/@ann",
    "http://books.example, https://public.example",
    "Ann, https://public.example",
  })
  void aContactBecomesAUrlOrElseThePageIsNamed(String contact, String url) {
    var environment =
        Map.of("BOOKBELL_CONTACT", contact, "BOOKBELL_PUBLIC_URL", "https://public.example");

    assertThat(find(environment)).contains(url);
  }

  @Test
  void theContactDoesNotDependOnTheCatalogue() {
    var environment = new HashMap<>(Map.of("BOOKBELL_CONTACT", "ann@books.example"));
    environment.put("BOOKBELL_OPEN_LIBRARY_URL", "off");

    assertThat(find(environment)).contains("mailto:ann@books.example");
  }

  @Test
  void withoutSettingsThereIsNoContact() {
    assertThat(find(Map.of())).isEmpty();
    assertThat(find(Map.of("BOOKBELL_PUBLIC_URL", "http://books.example"))).isEmpty();
  }
}
