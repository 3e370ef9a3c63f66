package io.bookbell.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretRedactorTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Failed to get driver instance for jdbcUrl=jdbc:postgresql://ann:hush@h/db",
        "Unable to parse URL jdbc:postgresql://h/db?user=ann&password=hush&ssl=true",
        "redis://:hush@h:6379 and rediss://ann:hu@hush@h:6379/0 are away",
        "sslpassword=hush, trustStorePassword=hush; api_key=hush",
        "PASSWORD=hush"
      })
  void noMessageShowsAPassword(String message) {
    assertThat(SecretRedactor.redactText(message)).doesNotContain("hush").contains("***");
  }

  @Test
  void theRestOfAMessageStays() {
    assertThat(SecretRedactor.redactText("ann@books.example at http://books.example/a?b=c"))
        .isEqualTo("ann@books.example at http://books.example/a?b=c");
    assertThat(
            SecretRedactor.redactText(
                "Cannot reach jdbc:postgresql://ann:hush@h:1/db?sslmode=require"))
        .isEqualTo("Cannot reach jdbc:postgresql://***@h:1/db?sslmode=require");
  }

  @Test
  void aWholeValueMayHoldAnything() {
    assertThat(SecretRedactor.redactValue("postgres://ann:hu sh/hush@h/db?password=hu sh hush&x=1"))
        .isEqualTo("postgres://***@h/db?password=***&x=1");
  }

  @Test
  void settingsThatHoldPasswordsDoNotTellThem() {
    assertThat(
            new ServerConfig.StorageConfig.PostgresConfig("jdbc:postgresql://h/db", "ann", "hush")
                .toString())
        .doesNotContain("hush");
    assertThat(
            new ServerConfig.RedisConfig(
                    URI.create("redis://:hush@h"),
                    Optional.empty(),
                    ServerConfig.RedisConfig.PREFIX)
                .toString())
        .doesNotContain("hush");
  }
}
