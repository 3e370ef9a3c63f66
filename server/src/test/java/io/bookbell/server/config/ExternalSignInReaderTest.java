package io.bookbell.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The settings about who else may sign people in. */
class ExternalSignInReaderTest {
  private static final String SECRET = "x".repeat(32);

  private static ServerConfig read(Map<String, String> environment) {
    return ServerConfigReader.readConfig(environment, Path.of("no such file"), Path.of("data"));
  }

  @Test
  void theClaimIsTheSubjectAndASecretIsNeverShown() {
    var config = read(Map.of("BOOKBELL_JWT_SECRET", SECRET)).external();
    assertThat(config.tokens().orElseThrow().claim()).isEqualTo("sub");
    assertThat(config.toString()).doesNotContain(SECRET);
    assertThat(read(Map.of()).external()).isEqualTo(ExternalSignInConfig.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "BOOKBELL_JWT_ISSUER=https://site.example, without BOOKBELL_JWT_JWKS_URL or",
    "BOOKBELL_JWT_SECRET=too short, 32 bytes or more",
    "BOOKBELL_JWT_JWKS_URL=keys.json, such as https://site.example/jwks.json",
    "BOOKBELL_AUTH_HEADER=Remote-User, without BOOKBELL_TRUSTED_PROXIES",
  })
  void whatCannotWorkStopsTheStart(String setting, String expected) {
    String[] parts = setting.split("=", 2);
    assertThatThrownBy(() -> read(Map.of(parts[0], parts[1])))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(parts[0])
        .hasMessageContaining(expected)
        .hasMessageNotContaining("too short");
  }

  @Test
  void onlyAHeaderThatWasNamedSaysTheAddress() {
    var environment =
        new HashMap<>(
            Map.of("BOOKBELL_AUTH_HEADER", "Remote-User", "BOOKBELL_TRUSTED_PROXIES", "127.0.0.1"));
    assertThat(read(environment).external().header().orElseThrow().email()).isEmpty();
    environment.put("BOOKBELL_AUTH_EMAIL_HEADER", "Remote-Email");
    assertThat(read(environment).external().header().orElseThrow().email())
        .contains("Remote-Email");
  }

  @Test
  void oneKindOfKeyIsEnough() {
    var both = new HashMap<>(Map.of("BOOKBELL_JWT_SECRET", SECRET));
    both.put("BOOKBELL_JWT_JWKS_URL", "https://site.example/jwks.json");
    assertThatThrownBy(() -> read(both)).hasMessageContaining("BOOKBELL_JWT_SECRET");
  }
}
