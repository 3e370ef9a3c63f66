package io.bookbell.server.config;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
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

    assertThatThrownBy(() -> ServerConfig.readConfig(settings, Path.of("nowhere"), Path.of("data")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(told)
        .hasMessageNotContaining("hush");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a=b", "a;b", "é", "__Host-a", "__secure-a", "(a)"})
  void aCookieNeedsANameThatBrowsersTake(String name) {
    var settings = Map.of("BOOKBELL_COOKIE_NAME", name);

    assertThatThrownBy(() -> ServerConfig.readConfig(settings, Path.of("nowhere"), Path.of("data")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("BOOKBELL_COOKIE_NAME")
        .hasMessageContaining("1 to 64");
  }
}
