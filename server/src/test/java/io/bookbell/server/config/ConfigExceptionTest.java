package io.bookbell.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigExceptionTest {
  @ParameterizedTest
  @CsvSource({
    "BOOKBELL_REDIS_URL, http://:hush@redis.test:6379, “http://***@redis.test:6379”",
    "BOOKBELL_REDIS_URL, redis://ann:hu/s@h@redis.test, “redis://***@redis.test”",
    "BOOKBELL_REDIS_URL, ann:hush@redis.test, “***@redis.test”",
    "BOOKBELL_DATABASE_URL, mysql://ann:hush@db.test/db, “mysql://***@db.test/db”",
    "BOOKBELL_DATABASE_URL, mysql://db.test/db, “mysql://db.test/db”"
  })
  void aWrongAddressIsRepeatedWithoutItsPassword(String setting, String value, String told) {
    var settings = Map.of(setting, value);

    assertThatThrownBy(
            () -> ServerConfigReader.readConfig(settings, Path.of("nowhere"), Path.of("data")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(told)
        .hasMessageNotContaining("hush");
  }

  /** It would be noticed when the first mail is sent, or when nodes can't find each other. */
  @ParameterizedTest
  @CsvSource({
    "BOOKBELL_SMTP_URL, smtps://mail.test:465000",
    "BOOKBELL_REDIS_URL, redis://redis.test:637900",
    "BOOKBELL_OPEN_LIBRARY_URL, https://books.test:0",
    "BOOKBELL_PATREON_URL, https://patreon.test:443443",
    "BOOKBELL_JWT_JWKS_URL, https://site.test:65536/jwks.json",
    "BOOKBELL_OIDC_ISSUER, https://id.test:443000"
  })
  void aPortThatDoesNotExistIsRefused(String setting, String value) {
    var settings =
        Map.of(
            setting,
            value,
            "BOOKBELL_DATABASE_URL",
            "jdbc:postgresql://nowhere.invalid/db",
            "BOOKBELL_PATREON_CLIENT_ID",
            "id",
            "BOOKBELL_PATREON_CLIENT_SECRET",
            "secret");

    assertThatThrownBy(
            () -> ServerConfigReader.readConfig(settings, Path.of("nowhere"), Path.of("data")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(setting, value);
  }

  /** Vert.x would hand the connections of one port to either server, in turn. */
  @ParameterizedTest
  @CsvSource({"9464, 9464", "'', 8080", "0009, 9"})
  void metricsHaveAPortOfTheirOwnOrNone(String port, String metricsPort) {
    var settings = Map.of("BOOKBELL_PORT", port, "BOOKBELL_METRICS_PORT", metricsPort);

    assertThatThrownBy(
            () -> ServerConfigReader.readConfig(settings, Path.of("nowhere"), Path.of("data")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("BOOKBELL_METRICS_PORT", "BOOKBELL_PORT", metricsPort);
  }

  @Test
  void twoFreePortsDiffer() {
    var settings = Map.of("BOOKBELL_PORT", "0", "BOOKBELL_METRICS_PORT", "0");

    assertThat(
            ServerConfigReader.readConfig(settings, Path.of("nowhere"), Path.of("data"))
                .listen()
                .metricsPort())
        .hasValue(0);
  }

  @ParameterizedTest
  @CsvSource({
    "BOOKBELL_PROT, BOOKBELL_PORT",
    "BOOKBELL_DATABASE_URI, BOOKBELL_DATABASE_URL",
    "BOOKBELL_TRUSTED_PROXYS, BOOKBELL_TRUSTED_PROXIES",
    "BOOKBELL_redis_url, BOOKBELL_REDIS_URL",
    "BOOKBELL_, BOOKBELL_LOG"
  })
  void aVariableThatIsNoSettingIsNamedWithTheNearestOne(String variable, String nearest) {
    assertThat(UnknownVariables.describe(List.of("PATH", "BOOKBELL_PORT", variable)).orElseThrow())
        .contains(variable + " (did you mean " + nearest + "?)")
        .doesNotContain("PATH", "BOOKBELL_PORT (");
  }

  @Test
  void theVariablesOfTheLauncherAndOfCommandsAreKnown() {
    assertThat(
            UnknownVariables.describe(
                List.of("BOOKBELL_JAVA_OPTS", "BOOKBELL_IMPORT_PASSWORD", "HOME", "BOOKBELLS_A")))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a=b", "a;b", "é", "__Host-a", "__secure-a", "(a)"})
  void aCookieNeedsANameThatBrowsersTake(String name) {
    var settings = Map.of("BOOKBELL_COOKIE_NAME", name);

    assertThatThrownBy(
            () -> ServerConfigReader.readConfig(settings, Path.of("nowhere"), Path.of("data")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("BOOKBELL_COOKIE_NAME")
        .hasMessageContaining("1 to 64");
  }

  /** A proxy that strips the path would make the two indistinguishable. */
  @Test
  void aBasePathIsNoFolderOfThePage() throws IOException {
    List<String> folders;
    try (var files = Files.list(Path.of("../web/src"))) {
      folders =
          files.filter(Files::isDirectory).map(each -> each.getFileName().toString()).toList();
    }
    assertThat(folders).isNotEmpty();

    for (String folder : folders) {
      var settings = Map.of("BOOKBELL_PUBLIC_URL", "https://site.example/" + folder);
      assertThatThrownBy(
              () -> ServerConfigReader.readConfig(settings, Path.of("nowhere"), Path.of("data")))
          .as(folder)
          .hasMessageContaining("BOOKBELL_PUBLIC_URL");
    }
  }
}
